"""One run of `up`: start what is not running and bring everything up to date."""

from collections.abc import Callable

from botocore.exceptions import BotoCoreError, ClientError
from pg8000.exceptions import Error as PostgresError

from rowledger.functions.domain.faults import FaultError
from rowledger.local import OnProgress, StackError
from rowledger.local.layout import Layout
from rowledger.local.private_files import write_private
from rowledger.local.processes import background, companion, emulator, postgres_server
from rowledger.local.processes.parts import answers, aws_at, stop_part
from rowledger.local.provisioning import database_logins
from rowledger.local.provisioning.database_logins import Logins
from rowledger.local.provisioning.provisioners import Provisioner, choose
from rowledger.local.provisioning.terraform_stack import MoveAliases
from rowledger.local.state import PartProcess, StackCredentials, State, exclusive
from rowledger.local.waiting import until

# How long `up` waits for a part that runs and does not answer. It is busy, or else only the user
# knows that it is stuck: what it is working on would be lost with it.
ANSWER_SECONDS = 120.0
_ASK_SECONDS = 5.0


def start(
    on_progress: OnProgress,
    layout: Layout,
    *,
    terraform: bool,
    move_aliases: MoveAliases,
    answer_seconds: float = ANSWER_SECONDS,
) -> None:
    """Start what is not running and bring everything up to date.

    terraform: whether Terraform provisions a new stack; one that it did provision, it always does.
    move_aliases: puts what Terraform deployed into service.
    answer_seconds: how long to wait for a part that runs and does not answer.
    Raise CommandError; whatever this call had started is then stopped again. What ran before goes
    on, also where it did not answer.
    """
    layout.create()
    with exclusive(layout):
        provisioner = choose(layout, on_progress, terraform=terraform, move_aliases=move_aliases)
        Start(layout, provisioner, on_progress, answer_seconds).run()


class Start:
    """One run of `up`."""

    def __init__(
        self,
        layout: Layout,
        provision: Provisioner,
        on_progress: OnProgress,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        """answer_seconds: how long a part that runs may take to answer."""
        self._layout = layout
        self._answer_seconds = answer_seconds
        self._provision = provision
        self._on_progress = on_progress
        self._state = State.load(layout)
        self._credentials = StackCredentials.load_or_create(layout)
        self._started: list[str] = []

    def run(self) -> None:
        """Raise StackError; whatever this run had started is then stopped again."""
        try:
            self._run()
        except (BotoCoreError, ClientError, PostgresError, FaultError, OSError) as error:
            self._stop_started()
            raise StackError(f"the local stack cannot be set up: {error}") from error
        except BaseException:
            # Interrupted or failed: what ran before goes on, and nothing that is half made stays.
            self._stop_started()
            raise

    def _run(self) -> None:
        self._stop_strays()
        old_port = self._state.port(postgres_server.NAME)
        postgres = self._ensure(postgres_server.NAME, self._start_database)
        cloud = self._ensure(emulator.NAME, self._start_emulator)
        aws = aws_at(cloud.port, self._credentials)
        logins = Logins.at(postgres.port, self._credentials)
        database_logins.ensure_master(logins)
        self._state.settings = self._provision(aws, self._layout, logins.master, self._on_progress)
        database_logins.enable_developer_logins(logins)
        if postgres.port != old_port:
            _stop_warm_functions(cloud)
        self._stop_companion_of_an_earlier_emulator()
        self._ensure(companion.NAME, lambda port: companion.start(self._layout, cloud.port, port))
        write_private(self._layout.pgpass_file, logins.pgpass().encode())
        for file, text in aws.profile_files().items():
            write_private(self._layout.root / file, text.encode())
        self._state.save(self._layout)

    def _ensure(self, name: str, begin: Callable[[int | None], PartProcess]) -> PartProcess:
        """The part that runs, or a new one where it has ended."""
        known = self._state.parts.get(name)
        if known is not None:
            if self._runs(name, known):
                return known
            stop_part(self._layout, name, known)
        self._on_progress(f"starting {name}")
        part = begin(known.port if known else None)
        self._started.append(name)
        self._state.parts[name] = part
        self._state.save(self._layout)
        return part

    def _runs(self, name: str, part: PartProcess) -> bool:
        """Whether its process runs, once it answers; raise StackError where it does not answer."""

        def does_answer() -> bool:
            seconds = min(_ASK_SECONDS, self._answer_seconds)
            return answers(name, part.port, self._credentials, seconds)

        if not part.alive():
            return False
        if does_answer():
            return True
        self._on_progress(f"waiting for {name}, which is busy")
        until(lambda: not part.alive() or does_answer(), self._answer_seconds)
        if not part.alive():
            return False
        if does_answer():
            return True
        raise StackError(
            f"{name} (process {part.process.pid}) runs and has not answered for "
            f"{self._answer_seconds:g} s: if it is busy, wait and try again; if it is stuck, end "
            "it and what it is working on with `rowledger down`, and start it with `rowledger up`"
        )

    def _start_database(self, port: int | None) -> PartProcess:
        # It may run without a record: started by an `up` that was interrupted.
        postgres_server.stop(self._layout)
        return postgres_server.start(self._layout, self._credentials, port)

    def _start_emulator(self, port: int | None) -> PartProcess:
        return emulator.start(self._layout, self._credentials, port)

    def _stop_companion_of_an_earlier_emulator(self) -> None:
        known = self._state.parts.get(companion.NAME)
        if known is not None and emulator.NAME in self._started:
            companion.stop(known)

    def _stop_strays(self) -> None:
        """Stop what an earlier stack in this folder left: its record lost, or its parent killed."""
        recorded = [part.process.find() for part in self._state.parts.values()]
        wanted = {process.pid for process in recorded if process is not None}
        for process in recorded:
            if process is not None:
                wanted |= {child.pid for child in process.children(recursive=True)}
        strays = [
            each for each in background.leftovers(self._layout.root) if each.pid not in wanted
        ]
        background.stop(strays, grace_seconds=5)

    def _stop_started(self) -> None:
        for name in reversed(self._started):
            stop_part(self._layout, name, self._state.parts.pop(name))
        self._state.save(self._layout)


def _stop_warm_functions(cloud: PartProcess) -> None:
    # They keep the secret that they read at their cold start, with an address that has changed.
    running = cloud.process.find()
    if running is not None:
        background.stop(running.children(recursive=True), grace_seconds=2)
