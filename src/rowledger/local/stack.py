"""The local stack as a whole: use it, stop it, clear it. starting.py starts it."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rowledger.local import OnProgress, StackError
from rowledger.local.emulator_clients import ACCOUNT_ID, EmulatorClients
from rowledger.local.layout import Layout, find_layout
from rowledger.local.processes import background, companion, emulator, postgres_server
from rowledger.local.processes.parts import PART_NAMES, aws_at, stop_part
from rowledger.local.provisioning.database_logins import Logins
from rowledger.local.state import StackCredentials, State, exclusive
from rowledger.operations.adapters.environment_files import environment_files

NOT_RUNNING = "the local stack is not running; start it with: rowledger up"


@dataclass(frozen=True)
class Stack:
    """A running stack: its addresses and logins."""

    layout: Layout
    aws: EmulatorClients
    """The account's root credentials at the emulator."""
    database: Logins
    inbox_port: int
    settings: dict[str, str]
    """The ROWLEDGER_* environment of processor and reconciler."""

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


def open_stack(layout: Layout, needs: Collection[str] = PART_NAMES) -> Stack:
    """The running stack; raise StackError if it was not started or a part that is needed has died.

    needs: the names of the parts.
    """
    stack = last_stack(layout)
    parts = State.load(layout).parts
    dead = [name for name in PART_NAMES if name not in parts or not parts[name].alive()]
    if stack is None or len(dead) == len(PART_NAMES):
        raise StackError(NOT_RUNNING)
    missing = [name for name in dead if name in needs]
    if missing:
        raise StackError(
            f"{' and '.join(missing)} of the local stack died; repair with: rowledger up"
        )
    return stack


def last_stack(layout: Layout) -> Stack | None:
    """The stack as it was last started, whether or not it runs; None if it was never started."""
    state, credentials = State.load(layout), StackCredentials.load(layout)
    if credentials is None or not all(name in state.parts for name in PART_NAMES):
        return None
    return _stack(layout, state, credentials)


def stop(on_progress: OnProgress, layout: Layout | None = None) -> bool:
    """Stop every process of the stack, keeping its state; False if none was running.

    Raise StackError where the folder is not a stack's.
    """
    layout = layout or find_layout()
    if not _holds_anything(layout):
        return False
    with exclusive(layout):
        return _stop(layout, on_progress)


def reset(on_progress: OnProgress, layout: Layout | None = None) -> bool:
    """Stop the stack and remove its state; False if it had none.

    Raise StackError where the folder is not a stack's.
    """
    layout = layout or find_layout()
    if not _holds_anything(layout):
        return False
    with exclusive(layout):
        _stop(layout, on_progress)
        on_progress(f"removing {layout.root}")
        layout.remove()
    store = environment_files()
    if store.last_local_stack() == layout.root:
        store.note_local_stack(None)
    return True


def _holds_anything(layout: Layout) -> bool:
    if not layout.root.exists() or not any(layout.root.iterdir()):
        return False
    layout.require_ours()
    return True


def _stop(layout: Layout, on_progress: OnProgress) -> bool:
    state = State.load(layout)
    running = [
        name for name in reversed(PART_NAMES) if name in state.parts and state.parts[name].alive()
    ]
    for name in running:
        on_progress(f"stopping {name}")
        stop_part(layout, name, state.parts[name])
    postgres_server.stop(layout)
    strays = background.leftovers(layout.root)
    background.stop(strays, grace_seconds=5)
    return bool(running or strays)


def _stack(layout: Layout, state: State, credentials: StackCredentials) -> Stack:
    aws = aws_at(state.parts[emulator.NAME].port, credentials)
    return Stack(
        layout=layout,
        aws=aws,
        database=Logins.at(state.parts[postgres_server.NAME].port, credentials),
        inbox_port=state.parts[companion.NAME].port,
        settings=state.settings,
    )
