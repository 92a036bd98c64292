"""A local stack whose function can be ended and held at its points, and what is done to it."""

import json
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pg8000.native import Connection

from rowledger.functions.domain.event import to_event
from rowledger.functions.domain.upload import Upload
from rowledger.functions.wiring.intake import RESERVE_SECONDS
from rowledger.local.processes import postgres_server
from rowledger.local.stack import Stack
from rowledger.local.state import StackCredentials, State, exclusive
from rowledger.local.waiting import until
from tests.e2e.cli import Result, invoke
from tests.e2e.event_queue import EventQueue
from tests.e2e.pipeline import PIPELINE, eventually
from tests.faults import waiting_mails
from tests.faults.function import FUNCTION, Function
from tests.faults.injected import points
from tests.faults.injected.points import Act, Point
from tests.faults.ledger_counts import LedgerCounts

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client

INPUT = PIPELINE["buckets"]["input"]
# Short, so that it can be waited for: 30 s for an attempt, and what it must leave to its end.
LEASE_SECONDS = RESERVE_SECONDS + 30
# What the emulator waits before the last retry, twice over.
_QUIET_SECONDS = 4.0
_PATIENCE_SECONDS = 240.0
# How often reconciliation comes by, at most, until everything is settled.
_ROUNDS = 3
_AGAIN_SECONDS = 30.0

_PULSE = """
SELECT (SELECT count(*) FROM file_metadata), (SELECT sum(attempt) FROM file_metadata),
       (SELECT count(ended_at) FROM file_attempt), (SELECT count(sent_at) FROM notification),
       (SELECT max(lease_expires_at) FROM file_metadata)
"""


@dataclass
class Tally:
    """What the suite has done so far."""

    events: int = 0
    kills: int = 0
    points: set[Point] = field(default_factory=set)
    database_restarts: int = 0


@dataclass
class Arena(LedgerCounts):
    """folder: of the orders. patient: waits for leases to end, else they are ended by hand."""

    stack: Stack
    folder: Path
    function: Function
    patient: bool
    events: EventQueue
    tally: Tally = field(default_factory=Tally)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    # The points

    def order(self, key: str, point: Point, act: Act, times: int = 1) -> None:
        """Have the next attempts at a key end or be held at a point."""
        orders = points.orders_for(self.folder, key)
        orders.mkdir(exist_ok=True)
        for number in range(times):
            (orders / f"{point}.{act}.{number}").touch()
        self.tally.points.add(point)
        if act is Act.KILL:
            self.tally.kills += times

    def order_of_schedule(self, point: Point) -> None:
        """Have the next invocation of the mails' schedule end at a point."""
        (self.folder / f"{point}.{Act.KILL}.0").touch()
        self.tally.points.add(point)
        self.tally.kills += 1

    def await_carried_out(self, *uploads: Upload) -> None:
        """Wait until every order for these uploads was carried out.

        Events are sent again meanwhile: on a busy machine a try may end before it gets so far.
        """
        for _ in range(int(_PATIENCE_SECONDS / _AGAIN_SECONDS)):
            if until(lambda: not any(map(self._orders, uploads)), _AGAIN_SECONDS):
                return
            for upload in filter(self._orders, uploads):
                self.send(upload)
        waiting = [order.name for upload in uploads for order in self._orders(upload)]
        raise AssertionError(f"orders that were not carried out: {waiting}")

    def _orders(self, upload: Upload) -> list[Path]:
        return list(points.orders_for(self.folder, upload.key).glob("*.*.*"))

    def await_held(self, key: str, point: Point) -> None:
        mark = points.held(points.orders_for(self.folder, key), point)
        eventually(f"{key} held at {point}", mark.exists, _PATIENCE_SECONDS)

    def let_go(self, key: str, point: Point) -> None:
        points.held(points.orders_for(self.folder, key), point).unlink()

    # Uploads and events

    def put(self, key: str, content: bytes) -> Upload:
        """Upload a file; S3 sends its event, unless told otherwise."""
        s3: S3Client = self.stack.client("s3")
        version_id = s3.put_object(Bucket=INPUT, Key=key, Body=content)["VersionId"]
        head = s3.head_object(Bucket=INPUT, Key=key, VersionId=version_id)
        self.count_events(1)
        return Upload(
            INPUT,
            key,
            version_id,
            head["ETag"].strip('"'),
            len(content),
            head["LastModified"],
        )

    def send(self, *uploads: Upload) -> None:
        """Hand the function one event about these uploads, as S3 does: asynchronously."""
        client: LambdaClient = self.stack.client("lambda")
        client.invoke(
            FunctionName=FUNCTION,
            Qualifier=PIPELINE["alias"],
            InvocationType="Event",
            Payload=json.dumps(to_event(uploads)),
        )
        self.count_events(1)

    def count_events(self, number: int) -> None:
        with self._lock:
            self.tally.events += number

    # The database

    @contextmanager
    def superuser(self) -> Iterator[Connection]:
        """The ledger as nobody else may touch it."""
        login = replace(self.stack.database.superuser, database=self.stack.database.owner.database)
        connection = login.connect()
        try:
            yield connection
        finally:
            connection.close()

    def restart_database(self) -> None:
        """End the server at once, as a crash does, and start it again: it recovers from its log."""
        layout = self.stack.layout
        credentials = StackCredentials.load(layout)
        if credentials is None:
            raise RuntimeError("the stack's credentials are gone")
        with exclusive(layout):
            state = State.load(layout)
            port = state.parts[postgres_server.NAME].port
            running = state.parts[postgres_server.NAME].process.find()
            if running is None:
                raise RuntimeError("the database is not running")
            running.send_signal(signal.SIGQUIT)  # PostgreSQL manual: immediate shutdown
            until(lambda: not state.parts[postgres_server.NAME].alive(), 30)
            part = postgres_server.start(layout, credentials, port)
            if part.port != port:
                raise RuntimeError(f"the database came back on port {part.port}, not {port}")
            state.parts[postgres_server.NAME] = part
            state.save(layout)
        self.tally.database_restarts += 1

    def end_leases(self, prefix: str, *, by_hand: bool = False) -> None:
        """Let the time pass that attempts and publishers may hold these uploads."""
        if self.patient and not by_hand:
            self._await_leases(prefix)
            return
        with self.superuser() as connection:
            connection.run(
                "UPDATE notification SET lease_expires_at = now() FROM file_metadata f"
                " WHERE f.id = file_id AND starts_with(f.filename, :prefix) AND digest_id IS NULL"
                " AND (sent_at IS NULL OR event_sent_at IS NULL)",
                prefix=prefix,
            )
            connection.run(
                "UPDATE file_metadata SET lease_expires_at = now()"
                " WHERE starts_with(filename, :prefix) AND status = 'PROCESSING'",
                prefix=prefix,
            )

    def _await_leases(self, prefix: str) -> None:
        def ended() -> bool:
            with self.superuser() as connection:
                ((held,),) = connection.run(
                    "SELECT count(*) FROM file_metadata f LEFT JOIN notification n"
                    " ON n.file_id = f.id AND n.sent_at IS NULL"
                    " WHERE starts_with(f.filename, :prefix)"
                    " AND (f.status = 'PROCESSING' AND f.lease_expires_at > now()"
                    "      OR n.lease_expires_at > now() AND n.waits_since IS NULL)",
                    prefix=prefix,
                )
            return bool(held == 0)

        if not until(ended, _PATIENCE_SECONDS, every=1):
            raise AssertionError(f"leases of {prefix} do not end")

    # Afterwards

    def settle(self, prefix: str, *, by_hand: bool = False) -> None:
        """Let retries end and leases run out, send dead letters again, and reconcile."""
        self.await_quiet()
        self.end_leases(prefix, by_hand=by_hand)
        chosen = ("--dead-letters", "--prefix", prefix, "--no-follow")
        replayed = self.run("replay", *chosen, "--by", "faults", "--reason", "the fault is over")
        # With nothing to send again, it says so and exits with 1.
        if replayed.status and replayed.err != "No upload is selected.\n":
            raise AssertionError(f"replay: {replayed.out}{replayed.err}")
        self.count_events(sum(line.startswith("sent ") for line in replayed.out.splitlines()))
        # A retry that a busy machine began late may work on an upload when reconciliation
        # comes by, which rightly leaves it alone: the next one takes what that retry did not end.
        for _ in range(_ROUNDS):
            self.await_quiet()
            self._send_waiting()
            self.end_leases(prefix, by_hand=by_hand)
            self.reconcile()
            if not self.open_uploads(prefix):
                return

    def _send_waiting(self) -> None:
        with self.superuser() as connection:
            waiting_mails.age(connection)
        waiting_mails.send(self.stack)

    def reconcile(self) -> dict[str, Any]:
        done = self.run("reconcile", "--grace", "0", "--json")
        if not done.out:
            raise AssertionError(f"reconcile: {done.err}")
        report: dict[str, Any] = json.loads(done.out)
        return report

    def run(self, *arguments: str) -> Result:
        """Run a rowledger command on this stack."""
        return invoke(*arguments, state_dir=self.stack.state_dir)

    def await_quiet(self) -> None:
        """Wait until nothing moves in the ledger for longer than the emulator waits to retry."""
        end = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < end:
            before = self._pulse()
            if not until(lambda seen=before: self._pulse() != seen, _QUIET_SECONDS, every=0.25):  # type: ignore[misc]
                return
        raise AssertionError("the ledger does not come to rest")

    def _pulse(self) -> list[Any]:
        with self.superuser() as connection:
            return list(connection.run(_PULSE))
