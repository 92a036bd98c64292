"""A database with expectations and files, and the check of their windows by the function's role."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pg8000.native import Connection

from rowledger.functions.adapters.cron import CronSchedules
from rowledger.functions.adapters.postgres.database import Database
from rowledger.functions.adapters.postgres.ledger import PostgresLedger
from rowledger.functions.adapters.postgres.mail_queue import PostgresMailQueue
from rowledger.functions.adapters.postgres.windows import PostgresWindowStore
from rowledger.functions.domain.deadline import Deadline
from rowledger.functions.domain.outcome import Status
from rowledger.functions.services.outbox import Outbox
from rowledger.functions.services.windows import WindowCheck, WindowCheckResult
from tests.fakes.notifier import FakeNotifier
from tests.unit.window_world import SETTLE

APPLY = "INSERT INTO sources_version (applied_by, sha256, document) VALUES ('ada', '0', :document)"


@dataclass
class World:
    """A migrated database, its owner, its operator, and the check by the function's role."""

    owner: Connection
    operator: Connection
    database: Database
    notifier: FakeNotifier

    @property
    def outbox(self) -> Outbox:
        queue = PostgresMailQueue(self.database, 240)
        return Outbox(PostgresLedger(self.database, 300), queue, self.notifier)

    @property
    def store(self) -> PostgresWindowStore:
        return PostgresWindowStore(self.database)

    def run(self, request_id: str = "r1") -> WindowCheckResult:
        check = WindowCheck(self.store, CronSchedules(), self.outbox, SETTLE)
        return check.run(request_id, Deadline(60, lambda: 0))

    def apply(self, *sources: dict[str, Any], calendars: Any = ()) -> None:  # noqa: ANN401 -- JSON
        document = {"version": 1, "sources": sources, "calendars": calendars}
        self.operator.run(APPLY, document=json.dumps(document))

    def long_in_force(self, days: int = 3) -> None:
        self.owner.run("UPDATE expectation SET since = since - make_interval(days => :d)", d=days)

    def put(
        self,
        received_at: datetime,
        status: Status = Status.SUCCESS,
        source: str | None = "acme-orders",
        name: str = "o.csv",
    ) -> int:
        ((number,),) = self.owner.run("SELECT count(*) + 1 FROM file_metadata")
        ((file_id,),) = self.owner.run(
            "INSERT INTO file_metadata (filename, status, rows_count, bucket, version_id, etag,"
            " received_at, claimed_by, lease_expires_at, error, receipt_key, backup_key, source,"
            " file_size_bytes)"
            " VALUES (:key, :status, :rows, 'b', :v, 'e', :at, 'r', now(), :error, 'r', :v,"
            " :source, 100) RETURNING id",
            key=f"acme/orders/{name}",
            status=status.value,
            rows=1 if status is Status.SUCCESS else None,
            error="{}" if status is Status.FAILED else None,
            v=f"v{number}",
            at=received_at,
            source=source,
        )
        return int(file_id)

    def rows(self, query: str) -> list[list[Any]]:
        found: list[list[Any]] = self.owner.run(query)
        return found
