"""One run of `up`: start what is not running and bring everything up to date."""

from collections.abc import Callable

from botocore.exceptions import BotoCoreError, ClientError
from pg8000.exceptions import Error as PostgresError

from rowledger.functions.domain.errors import FaultError
from rowledger.local import StackError
from rowledger.local.layout import Layout
from rowledger.local.private_files import write_private
from rowledger.local.processes import companion, emulator
from rowledger.local.processes import postgres_server as database
from rowledger.local.processes import process as processes
from rowledger.local.processes.parts import answers, aws_at, logins_at, stop_part
from rowledger.local.provisioning import database_logins as roles
from rowledger.local.provisioning.provisioners import Progress, Provisioner
from rowledger.local.state import Part, Secrets, State
from rowledger.local.waiting import until

# How long a part that runs may take to answer before it counts as stuck.
ANSWER_SECONDS = 5.0


class Start:
    """One run of `up`."""

    def __init__(
        self,
        layout: Layout,
        provision: Provisioner,
        progress: Progress,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        """answer_seconds: how long a part that runs may take to answer."""
        self._layout = layout
        self._answer_seconds = answer_seconds
        self._provision = provision
        self._progress = progress
        self._state = State.load(layout)
        self._credentials = Secrets.load_or_create(layout)
        self._started: list[str] = []

    def run(self) -> None:
        """Raise StackError; whatever this run had started is then stopped again."""
        try:
            self._run()
        except (BotoCoreError, ClientError, PostgresError, FaultError, OSError) as error:
            self._take_back()
            raise StackError(f"the local stack cannot be set up: {error}") from error
        except BaseException:
            # Interrupted or failed: what ran before goes on, and nothing half-made stays.
            self._take_back()
            raise

    def _run(self) -> None:
        self._end_strays()
        old_port = self._state.port(database.NAME)
        postgres = self._ensure(database.NAME, self._start_database)
        cloud = self._ensure(emulator.NAME, self._start_emulator)
        aws = aws_at(cloud.port, self._credentials)
        logins = logins_at(postgres.port, self._credentials, aws)
        roles.ensure_master(logins)
        self._state.settings = self._provision(aws, self._layout, logins.master, self._progress)
        roles.let_people_in(logins)
        if postgres.port != old_port:
            _end_warm_functions(cloud)
        self._stop_companion_of_an_earlier_emulator()
        self._ensure(companion.NAME, lambda port: companion.start(self._layout, cloud.port, port))
        write_private(self._layout.pgpass_file, logins.pgpass().encode())
        self._state.save(self._layout)

    def _ensure(self, name: str, begin: Callable[[int | None], Part]) -> Part:
        """The part that runs, or a new one where it has died or does not answer any more."""
        known = self._state.parts.get(name)
        if known is not None:
            if self._well(name, known):
                return known
            stop_part(self._layout, name, known)
        self._progress(f"starting {name}")
        part = begin(known.port if known else None)
        self._started.append(name)
        self._state.parts[name] = part
        self._state.save(self._layout)
        return part

    def _well(self, name: str, part: Part) -> bool:
        def asked() -> bool:
            return answers(name, part.port, self._credentials, self._answer_seconds)

        until(lambda: not part.alive() or asked(), self._answer_seconds)
        return part.alive() and asked()

    def _start_database(self, port: int | None) -> Part:
        # It may run without a record: started by an `up` that was interrupted.
        database.stop(self._layout)
        return database.start(self._layout, self._credentials, port)

    def _start_emulator(self, port: int | None) -> Part:
        return emulator.start(self._layout, self._credentials, port)

    def _stop_companion_of_an_earlier_emulator(self) -> None:
        known = self._state.parts.get(companion.NAME)
        if known is not None and emulator.NAME in self._started:
            companion.stop(known)

    def _end_strays(self) -> None:
        """End what an earlier stack on this folder left: its record lost, or its parent killed."""
        recorded = [part.process.find() for part in self._state.parts.values()]
        wanted = {process.pid for process in recorded if process is not None}
        for process in recorded:
            if process is not None:
                wanted |= {child.pid for child in process.children(recursive=True)}
        strays = [each for each in processes.leftovers(self._layout.root) if each.pid not in wanted]
        processes.stop(strays, grace_seconds=5)

    def _take_back(self) -> None:
        for name in reversed(self._started):
            stop_part(self._layout, name, self._state.parts.pop(name))
        self._state.save(self._layout)


def _end_warm_functions(cloud: Part) -> None:
    # They hold the secret they read when they were cold, and the address in it is no longer true.
    running = cloud.process.find()
    if running is not None:
        processes.stop(running.children(recursive=True), grace_seconds=2)
