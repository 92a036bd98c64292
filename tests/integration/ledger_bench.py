"""What the tests of the ledger share, on PostgreSQL and on its fake."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from rowledger.functions.adapters.postgres.database import PLAIN, Database
from rowledger.functions.adapters.postgres.ledger import PostgresLedger
from rowledger.functions.adapters.postgres.ledger_actions import PostgresLedgerActions
from rowledger.functions.adapters.postgres.ledger_queries import PostgresLedgerQueries
from rowledger.functions.adapters.postgres.migrations import migrate
from rowledger.functions.domain.history import UploadHistory
from rowledger.functions.domain.ledger import Claim, InProgress
from rowledger.functions.domain.ledger_requests import ListFiles, ShowUpload
from rowledger.functions.domain.notification import Notification, PendingNotification
from rowledger.functions.domain.outcome import Outcome, examine
from rowledger.functions.domain.replay import ReplayRequest
from rowledger.functions.domain.selection import Selection
from rowledger.functions.domain.sources.chosen import JudgedBy
from rowledger.functions.domain.sources.versions import SourcesChange
from rowledger.functions.domain.sources_requests import SourcesApplied
from rowledger.functions.domain.upload import Upload, UploadName
from rowledger.functions.ports.ledger import Ledger
from rowledger.functions.ports.ledger_queries import LedgerQueries
from rowledger.local.provisioning.database_logins import Login
from tests.fakes.credentials import FakeCredentials

GOOD = examine([b"a,b\n1,2\n3,4\n"], header=True)
BAD = examine([b'a\n"'], header=True)
LEASE_SECONDS = 300


class AnyLedger(Ledger, Protocol):
    """Every port to one ledger, and short ways to ask it."""

    def histories(
        self, *, limit: int, key: str | None = None, version_id: str | None = None
    ) -> list[UploadHistory]: ...

    def reopen(
        self, uploads: Sequence[Upload | UploadName], request: ReplayRequest
    ) -> InProgress | None: ...

    def apply_sources(self, change: SourcesChange) -> SourcesApplied: ...

    @property
    def reader(self) -> LedgerQueries: ...


class WholeLedger(PostgresLedger):
    """Every port to one ledger in PostgreSQL, over one connection."""

    def histories(
        self, *, limit: int, key: str | None = None, version_id: str | None = None
    ) -> list[UploadHistory]:
        return histories(self.reader, limit=limit, key=key, version_id=version_id)

    @property
    def reader(self) -> LedgerQueries:
        return PostgresLedgerQueries(self.database)

    def reopen(
        self, uploads: Sequence[Upload | UploadName], request: ReplayRequest
    ) -> InProgress | None:
        names = [each.name if isinstance(each, Upload) else each for each in uploads]
        return PostgresLedgerActions(self.database).reopen(names, request)

    def apply_sources(self, change: SourcesChange) -> SourcesApplied:
        return PostgresLedgerActions(self.database).apply_sources(change)


def histories(
    queries: LedgerQueries, *, limit: int, key: str | None = None, version_id: str | None = None
) -> list[UploadHistory]:
    """The latest uploads with their histories, newest first."""
    selection = Selection(key=key, version_id=version_id)
    rows = queries.list_files(ListFiles(selection=selection, limit=limit)).rows
    found = (queries.show_upload(ShowUpload(file_id=row.id)) for row in rows)
    return [each for each in found if each is not None]


@dataclass
class Bench:
    ledger: AnyLedger
    operator: AnyLedger
    """The same ledger as the operator's role sees it."""
    expire_leases: Callable[[], None]


def migrate_as(owner: Login) -> list[str]:
    """Apply what is pending; return the names applied."""
    connection = owner.connect()
    try:
        return migrate(connection)
    finally:
        connection.close()


def on_postgres(login: Login) -> Database:
    return Database(FakeCredentials(login.credentials), PLAIN)


def expire_on_postgres(database: Database) -> None:
    """End every lease."""
    with database.session() as connection:
        connection.run(
            "UPDATE file_metadata SET lease_expires_at = now() WHERE status = 'PROCESSING'"
        )
        connection.run("UPDATE notification SET lease_expires_at = now() WHERE digest_id IS NULL")
        connection.run("UPDATE digest SET lease_expires_at = now()")


def claimed(bench: Bench, upload: Upload, request_id: str = "r1") -> Claim:
    result = bench.ledger.claim(upload, request_id)
    assert isinstance(result, Claim)
    return result


def a_notification(message_id: str = "m-1", event: str | None = None) -> Notification:
    attributes = {"status": "SUCCESS", "filename": "ä"}
    return Notification(message_id, "subject", "body\n", attributes, event)


def committed(
    bench: Bench,
    claim: Claim,
    outcome: Outcome = GOOD,
    message_id: str = "m-1",
    event: str | None = None,
    judged_by: JudgedBy | None = None,
) -> PendingNotification:
    return bench.ledger.commit(
        claim,
        outcome,
        a_notification(message_id, event),
        backup_version_id="b-1",
        duration_ms=12,
        judged_by=judged_by,
    )
