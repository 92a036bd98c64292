"""The function's own adapters with a point before or after each step, and builds that are broken.

The steps are the product's: each method calls it and adds nothing but the points.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from pg8000.native import Connection

from rowledger.functions.adapters.aws.storage import S3Storage
from rowledger.functions.adapters.postgres.database import Database, Tls
from rowledger.functions.adapters.postgres.ledger import QUERIES, PostgresLedger
from rowledger.functions.adapters.postgres.mail_queue import PostgresMailQueue
from rowledger.functions.domain.deadline import Deadline
from rowledger.functions.domain.digest import Digest, PendingDigest
from rowledger.functions.domain.ledger import Claim, ClaimResult
from rowledger.functions.domain.notification import Notification, PendingNotification
from rowledger.functions.domain.outcome import Content, Outcome
from rowledger.functions.domain.sources.chosen import JudgedBy
from rowledger.functions.domain.upload import Upload
from rowledger.functions.ports.credentials import CredentialSource
from rowledger.functions.ports.notifier import Notifier
from rowledger.functions.ports.storage import Copied, Copying, ObjectStream
from tests.faults.injected.points import Point, Points

# A broken build: any attempt may commit, whether or not it still has the upload.
WITHOUT_FENCE = {
    **QUERIES,
    "commit": """
UPDATE file_metadata
   SET status = :status, timestamp = now(), rows_count = :rows, file_size_bytes = :size,
       columns_count = :columns, sha256 = :sha256, dialect = CAST(:dialect AS jsonb),
       error = CAST(:error AS jsonb), warnings = CAST(:warnings AS jsonb),
       header = CAST(:header AS jsonb), header_sha256 = :header_sha256, duration_ms = :duration_ms,
       backup_version_id = :backup_version_id, source = :source,
       sources_version = :sources_version, supersedes = :supersedes
 WHERE id = :id AND :attempt > 0
RETURNING claimed_by
""",
}


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

    def claim(self, upload: Upload, request_id: str) -> ClaimResult:
        self.points.begin(upload.key)
        self.points.reach(Point.RECEIVED)
        result = super().claim(upload, request_id)
        if isinstance(result, Claim):
            self.points.reach(Point.CLAIMED)
        return result

    def commit(
        self,
        claim: Claim,
        outcome: Outcome,
        notification: Notification,
        *,
        backup_version_id: str | None,
        duration_ms: int,
        judged_by: JudgedBy | None = None,
    ) -> PendingNotification:
        pending = super().commit(
            claim,
            outcome,
            notification,
            backup_version_id=backup_version_id,
            duration_ms=duration_ms,
            judged_by=judged_by,
        )
        self.points.reach(Point.COMMITTED)
        return pending

    def mark_sent(self, pending: PendingNotification, topic_message_id: str) -> None:
        self.points.reach(Point.PUBLISHED)
        super().mark_sent(pending, topic_message_id)
        self.points.reach(Point.SENT)

    def mark_event_sent(self, pending: PendingNotification, topic_message_id: str) -> None:
        self.points.reach(Point.EVENT_PUBLISHED)
        super().mark_event_sent(pending, topic_message_id)
        self.points.reach(Point.EVENT_SENT)


@dataclass(frozen=True, kw_only=True)
class MarkedQueue(PostgresMailQueue):
    points: Points

    def let_wait(self, pending: PendingNotification) -> None:
        super().let_wait(pending)
        self.points.reach(Point.WAITING)

    def add_digest(self, digest: Digest, request_id: str) -> PendingDigest | None:
        pending = super().add_digest(digest, request_id)
        if pending:
            self.points.reach(Point.DIGEST_MADE)
        return pending

    def mark_digest_sent(self, digest: PendingDigest, topic_message_id: str) -> None:
        self.points.reach(Point.DIGEST_PUBLISHED)
        super().mark_digest_sent(digest, topic_message_id)
        self.points.reach(Point.DIGEST_SENT)


@dataclass(frozen=True, kw_only=True)
class MarkedStorage(S3Storage):
    points: Points

    @contextmanager
    def read(self, upload: Upload) -> Iterator[ObjectStream]:
        with super().read(upload) as stream:
            yield replace(stream, chunks=self._marked(stream.chunks))

    def _marked(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self.points.reach(Point.READING)
            yield chunk

    def write_receipt(self, key: str, body: bytes) -> None:
        self.points.reach(Point.COUNTED)
        super().write_receipt(key, body)
        self.points.reach(Point.RECEIPTED)

    def back_up(
        self,
        upload: Upload,
        key: str,
        content: Content,
        deadline: Deadline,
        *,
        copying: Copying | None = None,
    ) -> str | None:
        version_id = super().back_up(upload, key, content, deadline, copying=copying)
        self.points.reach(Point.BACKED_UP)
        return version_id

    def copy(self, upload: Upload, key: str, size_bytes: int, deadline: Deadline) -> Copied:
        copied = super().copy(upload, key, size_bytes, deadline)
        self.points.reach(Point.COPIED)
        return copied


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
        judged_by: JudgedBy | None = None,
    ) -> PendingNotification:
        self.notifier.publish(notification)
        return super().commit(
            claim,
            outcome,
            notification,
            backup_version_id=backup_version_id,
            duration_ms=duration_ms,
            judged_by=judged_by,
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

    def publish_event(self, notification: Notification) -> str:
        return self.inner.publish_event(notification)
