"""The local stack as a whole: start it, stop it, use it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rowledger.local import StackError
from rowledger.local.clients import ACCOUNT_ID, Aws
from rowledger.local.layout import Layout, find_layout
from rowledger.local.processes import companion, emulator
from rowledger.local.processes import postgres_server as database
from rowledger.local.processes import process as processes
from rowledger.local.processes.parts import PARTS, aws_at, logins_at, stop_part
from rowledger.local.provisioning.database_logins import Logins
from rowledger.local.provisioning.provisioners import Progress, choose
from rowledger.local.starting import ANSWER_SECONDS, Start
from rowledger.local.state import Secrets, State, exclusive

NOT_RUNNING = "the local stack is not running; start it with: rowledger up"


@dataclass(frozen=True)
class Stack:
    """A running stack: where its parts are and who may use them."""

    layout: Layout
    aws: Aws
    """The account's root credentials at the emulator."""
    database: Logins
    inbox_port: int
    settings: dict[str, str]
    """The functions' ROWLEDGER_* environment, the administrator's apart."""

    @property
    def endpoint_url(self) -> str:
        return self.aws.endpoint_url

    @property
    def account_id(self) -> str:
        return ACCOUNT_ID

    @property
    def state_dir(self) -> Path:
        return self.layout.root

    @property
    def inbox_dir(self) -> Path:
        return self.layout.inbox

    def client(self, service: str) -> Any:  # noqa: ANN401 -- the caller's annotation narrows it
        """A boto3 client with root credentials, made once for each service."""
        return self.aws.client(service)


def open_stack(layout: Layout | None = None) -> Stack:
    """The running stack; raise StackError if it was not started or a part of it has died."""
    layout = layout or find_layout()
    stack = known_stack(layout)
    parts = State.load(layout).parts
    dead = [name for name in PARTS if name not in parts or not parts[name].alive()]
    if stack is None or len(dead) == len(PARTS):
        raise StackError(NOT_RUNNING)
    if dead:
        raise StackError(f"{' and '.join(dead)} of the local stack died; repair with: rowledger up")
    return stack


def known_stack(layout: Layout) -> Stack | None:
    """The stack as it was last started, whether or not it runs; None if it never was."""
    state, credentials = State.load(layout), Secrets.load(layout)
    if credentials is None or not all(name in state.parts for name in PARTS):
        return None
    return _stack(layout, state, credentials)


def start(
    progress: Progress,
    layout: Layout | None = None,
    *,
    terraform: bool = False,
    answer_seconds: float = ANSWER_SECONDS,
) -> Stack:
    """Start what is not running and bring everything up to date.

    progress: is told in a few words what is being done. terraform: whether a new stack is to be
    provisioned by Terraform; one that was, stays so. answer_seconds: a part that runs and takes
    longer to answer is replaced.
    Raise StackError; whatever this call had started is then stopped again.
    """
    layout = layout or find_layout()
    layout.create()
    with exclusive(layout):
        provision = choose(layout, progress, terraform=terraform)
        Start(layout, provision, progress, answer_seconds).run()
    return open_stack(layout)


def stop(progress: Progress, layout: Layout | None = None) -> bool:
    """Stop every process of the stack, keeping its state; False if none was running."""
    layout = layout or find_layout()
    if not layout.root.exists():
        return False
    with exclusive(layout):
        return _stop(layout, progress)


def reset(progress: Progress, layout: Layout | None = None) -> bool:
    """Stop the stack and remove its state; False if there was none."""
    layout = layout or find_layout()
    if not layout.root.exists():
        return False
    with exclusive(layout):
        _stop(layout, progress)
        progress(f"removing {layout.root}")
        layout.remove()
    return True


def _stop(layout: Layout, progress: Progress) -> bool:
    state = State.load(layout)
    running = [
        name for name in reversed(PARTS) if name in state.parts and state.parts[name].alive()
    ]
    for name in running:
        progress(f"stopping {name}")
        stop_part(layout, name, state.parts[name])
    database.stop(layout)
    strays = processes.leftovers(layout.root)
    processes.stop(strays, grace_seconds=5)
    return bool(running or strays)


def _stack(layout: Layout, state: State, credentials: Secrets) -> Stack:
    aws = aws_at(state.parts[emulator.NAME].port, credentials)
    return Stack(
        layout=layout,
        aws=aws,
        database=logins_at(state.parts[database.NAME].port, credentials, aws),
        inbox_port=state.parts[companion.NAME].port,
        settings=state.settings,
    )
