"""Workers at one ledger: each has its own connection, which may be lost, and all may meet."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from typing import Any, TypeVar

from pg8000.native import Connection

from rowledger.functions.adapters.postgres.database import PLAIN, Database, Tls, connect
from rowledger.functions.domain.keys import backup_key
from rowledger.functions.domain.upload import Upload
from rowledger.functions.ports.credentials import Credentials
from rowledger.local.provisioning.database_logins import Login
from tests.fakes.credentials import FakeCredentials
from tests.faults.ledger_view import VIEW, View
from tests.integration.ledger_bench import LEASE_SECONDS, WholeLedger

T = TypeVar("T")

# A hang is a failure of the test, not a measure of speed.
_HANGS_AFTER_SECONDS = 60

_END_CONNECTION = "SELECT pg_terminate_backend(:pid)"
# A backend that waits for its own end answers nothing any more.
_END_OWN_CONNECTION = "SELECT pg_terminate_backend(pg_backend_pid(), 5000)"
_END_LEASE = "UPDATE file_metadata SET lease_expires_at = clock_timestamp() WHERE id = :id"
_END_PUBLISHING = "UPDATE notification SET lease_expires_at = clock_timestamp() WHERE id = :id"

# A row that is there is locked; for one that is not, its place is taken for as long.
_TAKE_PLACE = """
INSERT INTO file_metadata (filename, status, bucket, version_id, etag, received_at, claimed_by,
                           lease_expires_at, receipt_key, backup_key)
VALUES (:key, 'PROCESSING', :bucket, :version_id, '', now(), '', now(), '', :backup_key)
ON CONFLICT DO NOTHING
"""
_WAITING = "SELECT pid FROM pg_locks WHERE NOT granted"
_LOCK_FILES = "SELECT FROM file_metadata WHERE bucket = :bucket FOR UPDATE"
_LOCK_MESSAGES = """
SELECT FROM notification
 WHERE file_id IN (SELECT id FROM file_metadata WHERE bucket = :bucket) FOR UPDATE
"""


class FrailDatabase(Database):
    """Its connection dies where a test says so."""

    def __init__(self, login: Login) -> None:
        super().__init__(
            FakeCredentials(login.credentials), PLAIN, open_connection=self._open_frail
        )
        self._pid: int | None = None
        self._answers_left: int | None = None

    @contextmanager
    def dying_after(self, answers: int | None) -> Iterator[None]:
        """Lose the connection after so many answers: the next statement runs, its answer is lost.

        0: it dies while nobody uses it, for the first statement only asks whether it lives.
        None: it does not die.
        """
        if answers is not None:
            self.backend()
        self._answers_left = answers
        try:
            yield
        finally:
            self._answers_left = None

    def backend(self) -> int:
        """The process that serves the connection, opened anew where it died."""
        with self.session():
            pass
        assert self._pid is not None
        return self._pid

    def _open_frail(
        self,
        credentials: Credentials,
        tls: Tls,
        timeout_seconds: int,
        settings: Mapping[str, str],
    ) -> Connection:
        connection = connect(credentials, tls, timeout_seconds, settings)
        answer = connection.run
        ((self._pid,),) = answer("SELECT pg_backend_pid()")

        def run(sql: str, **parameters: Any) -> Any:  # noqa: ANN401 -- as the driver has it
            rows = answer(sql, **parameters)
            if self._answers_left == 0:
                self._answers_left = None
                answer(_END_OWN_CONNECTION)
            elif self._answers_left:
                self._answers_left -= 1
            return rows

        connection.run = run
        return connection


class Worker:
    def __init__(self, login: Login) -> None:
        self.database = FrailDatabase(login)
        self.ledger = WholeLedger(self.database, LEASE_SECONDS)


Task = tuple[Worker, Callable[[WholeLedger], T]]


class Crew:
    """Workers and operators, and the superuser, who ends leases and connections and sees all."""

    def __init__(self, function: Login, operator: Login, superuser: Login, *, size: int) -> None:
        self.workers = [Worker(function) for _ in range(size)]
        self.operators = [Worker(operator) for _ in range(size)]
        self._superuser = superuser.connect()
        self._see = self._superuser.prepare(VIEW)
        self._pool = ThreadPoolExecutor(size)

    def close(self) -> None:
        self._pool.shutdown()
        self._superuser.close()
        for worker in (*self.workers, *self.operators):
            worker.database.close()

    def view(self, bucket: str) -> View:
        ((files, attempts, messages, replays),) = self._see.run(bucket=bucket)
        return View(files or [], attempts or [], messages or [], replays or [])

    def end_lease(self, file_id: int) -> None:
        self._superuser.run(_END_LEASE, id=file_id)

    def end_publishing(self, notification_id: int) -> None:
        self._superuser.run(_END_PUBLISHING, id=notification_id)

    def past_the_lease(self, task: Task[T], upload: Upload) -> T:
        """What comes of a task that waits for the upload's rows while their leases end."""
        worker, action = task
        backend = worker.database.backend()
        self._superuser.run("BEGIN")
        self._lock(upload.bucket)
        future = self._pool.submit(action, worker.ledger)
        self._await([future], [backend])
        view = self.view(upload.bucket)
        for row in view.files:
            self.end_lease(row["id"])
        for row in view.messages:
            self.end_publishing(row["id"])
        self._superuser.run("COMMIT")
        return future.result(_HANGS_AFTER_SECONDS)

    def at_once(
        self,
        tasks: Sequence[Task[T]],
        *,
        past_gate: Sequence[Upload] = (),
        victim: int | None = None,
    ) -> list[T]:
        """What comes of tasks that start at the same instant.

        past_gate: every upload of one bucket. All their rows are locked until each task has ended
        or waits for one; so those that wait saw the ledger as it was before any of the others.
        victim: the task whose connection is ended while they wait, or soon after the start.
        """
        backends = [worker.database.backend() for worker, _ in tasks]
        start = threading.Barrier(len(tasks))

        def run(task: Task[T]) -> T:
            worker, action = task
            start.wait(_HANGS_AFTER_SECONDS)
            return action(worker.ledger)

        with self._gate(past_gate) if past_gate else nullcontext():
            futures = [self._pool.submit(run, task) for task in tasks]
            if past_gate:
                self._await(futures, backends)
            if victim is not None:
                self._superuser.run(_END_CONNECTION, pid=backends[victim])
        return [future.result(_HANGS_AFTER_SECONDS) for future in futures]

    @contextmanager
    def _gate(self, uploads: Sequence[Upload]) -> Iterator[None]:
        self._superuser.run("BEGIN")
        try:
            for upload in uploads:
                self._superuser.run(
                    _TAKE_PLACE,
                    bucket=upload.bucket,
                    key=upload.key,
                    version_id=upload.version_id,
                    backup_key=backup_key(upload),
                )
            self._lock(uploads[0].bucket)
            yield
        finally:
            self._superuser.run("ROLLBACK")

    def _lock(self, bucket: str) -> None:
        for lock in (_LOCK_FILES, _LOCK_MESSAGES):
            self._superuser.run(lock, bucket=bucket)

    def _await(self, futures: Sequence[Future[T]], backends: Sequence[int]) -> None:
        """Wait until each task has ended or waits for a lock."""
        gives_up = time.monotonic() + _HANGS_AFTER_SECONDS
        while time.monotonic() < gives_up:
            waiting = {pid for (pid,) in self._superuser.run(_WAITING)}
            pairs = zip(futures, backends, strict=True)
            if all(future.done() or backend in waiting for future, backend in pairs):
                return
            time.sleep(0.001)
        raise AssertionError("a task neither ended nor waits")
