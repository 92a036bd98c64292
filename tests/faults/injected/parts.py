"""The function's own adapters with a point before or after each step, and builds that are broken.

The steps are the product's: each method calls it and adds nothing but the points.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from pg8000.native import Connection

from rowledger.functions.adapters.aws.storage import S3Storage
from rowledger.functions.adapters.postgres import ledger as postgres
from rowledger.functions.adapters.postgres.database import Database, Tls
from rowledger.functions.adapters.postgres.ledger import PostgresLedger
from rowledger.functions.domain.deadline import Deadline
from rowledger.functions.domain.ledger import Claim, Standing
from rowledger.functions.domain.notification import Notification, PendingNotification
from rowledger.functions.domain.outcome import Outcome
from rowledger.functions.domain.upload import Upload
from rowledger.functions.ports.credentials import CredentialSource
from rowledger.functions.ports.notifier import Notifier
from tests.faults.injected.points import Point, Points

_FENCE = """ AND attempt = :attempt AND status = 'PROCESSING'
   AND lease_expires_at > clock_timestamp()"""


class MarkedDatabase(Database):
    def __init__(self, credentials: CredentialSource, tls: Tls, points: Points) -> None:
        super().__init__(credentials, tls)
        self._points = points

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        with super().transaction() as connection:
            yield connection
            self._points.reach(Point.COMMITTING)


@dataclass(frozen=True, kw_only=True)
class MarkedLedger(PostgresLedger):
    points: Points

    def claim(self, upload: Upload, request_id: str) -> Standing:
        self.points.begin(upload.key)
        self.points.reach(Point.RECEIVED)
        standing = super().claim(upload, request_id)
        if isinstance(standing, Claim):
            self.points.reach(Point.CLAIMED)
        return standing

    def commit(
        self,
        claim: Claim,
        outcome: Outcome,
        notification: Notification,
        *,
        backup_version_id: str | None,
        duration_ms: int,
    ) -> PendingNotification:
        pending = super().commit(
            claim,
            outcome,
            notification,
            backup_version_id=backup_version_id,
            duration_ms=duration_ms,
        )
        self.points.reach(Point.COMMITTED)
        return pending

    def mark_sent(self, pending: PendingNotification, topic_message_id: str) -> None:
        self.points.reach(Point.PUBLISHED)
        super().mark_sent(pending, topic_message_id)
        self.points.reach(Point.SENT)


@dataclass(frozen=True, kw_only=True)
class MarkedStorage(S3Storage):
    points: Points

    @contextmanager
    def read(self, upload: Upload) -> Iterator[Iterator[bytes]]:
        with super().read(upload) as chunks:
            yield self._marked(chunks)

    def _marked(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self.points.reach(Point.READING)
            yield chunk

    def write_receipt(self, key: str, body: bytes) -> None:
        self.points.reach(Point.COUNTED)
        super().write_receipt(key, body)
        self.points.reach(Point.RECEIPTED)

    def back_up(
        self, upload: Upload, key: str, outcome: Outcome, deadline: Deadline, *, retry: bool
    ) -> str | None:
        version_id = super().back_up(upload, key, outcome, deadline, retry=retry)
        self.points.reach(Point.BACKED_UP)
        return version_id

    def _copy(self, upload: Upload, key: str, size_bytes: int, deadline: Deadline) -> None:
        super()._copy(upload, key, size_bytes, deadline)
        self.points.reach(Point.COPIED)


def remove_the_fence() -> None:
    """Break the build: any attempt may commit, whether or not it still holds the upload."""
    if _FENCE not in postgres._COMMIT:
        raise RuntimeError("the ledger's commit has no fence of the known form to remove")
    postgres._COMMIT = postgres._COMMIT.replace(_FENCE, "")


@dataclass(frozen=True, kw_only=True)
class HastyLedger(MarkedLedger):
    """A broken build: it announces the outcome and commits it then."""

    notifier: "OnceNotifier"

    def commit(
        self,
        claim: Claim,
        outcome: Outcome,
        notification: Notification,
        *,
        backup_version_id: str | None,
        duration_ms: int,
    ) -> PendingNotification:
        self.notifier.publish(notification)
        return super().commit(
            claim,
            outcome,
            notification,
            backup_version_id=backup_version_id,
            duration_ms=duration_ms,
        )


@dataclass(frozen=True)
class OnceNotifier:
    """Publishes what this process has not published yet: the hasty ledger's is not sent twice."""

    inner: Notifier
    published: dict[str, str] = field(default_factory=dict)

    def publish(self, notification: Notification) -> str:
        known = self.published.get(notification.message_id)
        if known is None:
            known = self.published[notification.message_id] = self.inner.publish(notification)
        return known
