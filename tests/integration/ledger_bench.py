"""What the tests of the ledger share, on PostgreSQL and on its twin."""

from collections.abc import Callable
from dataclasses import dataclass

from rowledger.functions.adapters.postgres.database import PLAIN, Database
from rowledger.functions.adapters.postgres.migrations import migrate
from rowledger.functions.domain.ledger import Claim
from rowledger.functions.domain.notification import Notification, PendingNotification
from rowledger.functions.domain.outcome import Outcome, examine
from rowledger.functions.domain.upload import Upload
from rowledger.functions.ports.ledger import Ledger
from rowledger.local.provisioning.database_logins import Login
from tests.fakes.credentials import MemoryCredentials
from tests.fakes.ledger import MemoryLedger

GOOD = examine([b"a,b\n1,2\n3,4\n"], header=True)
BAD = examine([b'a\n"'], header=True)
LEASE_SECONDS = 300


@dataclass
class Bench:
    ledger: Ledger
    operator: Ledger
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
    return Database(MemoryCredentials(login.credentials), PLAIN)


def expire_in_memory(ledger: MemoryLedger) -> None:
    """End every lease of the twin."""
    for row in ledger.rows.values():
        row.lease_expires_at = ledger.now()
    for message in ledger.messages.values():
        message.lease_expires_at = ledger.now()


def expire_on_postgres(database: Database) -> None:
    """End every lease."""
    with database.session() as connection:
        connection.run("UPDATE file_metadata SET lease_expires_at = now()")
        connection.run("UPDATE notification SET lease_expires_at = now()")


def claimed(bench: Bench, upload: Upload, request_id: str = "r1") -> Claim:
    standing = bench.ledger.claim(upload, request_id)
    assert isinstance(standing, Claim)
    return standing


def a_notification(message_id: str = "m-1") -> Notification:
    return Notification(message_id, "subject", "body\n", {"status": "SUCCESS", "filename": "ä"})


def committed(
    bench: Bench, claim: Claim, outcome: Outcome = GOOD, message_id: str = "m-1"
) -> PendingNotification:
    return bench.ledger.commit(
        claim, outcome, a_notification(message_id), backup_version_id="b-1", duration_ms=12
    )
