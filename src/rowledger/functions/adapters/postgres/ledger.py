"""The ledger in PostgreSQL; leases run on its clock, the one clock that all attempts share.

Whether a lease has ended is asked of clock_timestamp(): now() is when the transaction began, and it
may have waited since for the row.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pg8000.native import Connection

from rowledger.functions.adapters.postgres.database import Database
from rowledger.functions.adapters.postgres.rows import COLUMNS, ROWS
from rowledger.functions.domain.errors import FaultCode, FaultError
from rowledger.functions.domain.keys import alternative_backup_key, backup_key, receipt_key
from rowledger.functions.domain.ledger import Claim, FileRecord, Finished, InProgress, Standing
from rowledger.functions.domain.notification import Notification, PendingNotification
from rowledger.functions.domain.outcome import Outcome, Status
from rowledger.functions.domain.receipt import error_document
from rowledger.functions.domain.upload import Upload
from rowledger.operations.adapters.postgres import replay as postgres_replay
from rowledger.operations.domain.replay import Candidate, Request, Selection

# Seconds that publishing one message may hold the right to do so.
PUBLISH_LEASE_SECONDS = 60

_INSERT = """
WITH claimed AS (
    INSERT INTO file_metadata (filename, status, bucket, version_id, etag, received_at, claimed_by,
                               lease_expires_at, file_size_bytes, receipt_key, backup_key)
    VALUES (:key, 'PROCESSING', :bucket, :version_id, :etag, :received_at, :request_id,
            now() + make_interval(secs => :lease), :size, :receipt_key, :backup_key)
    ON CONFLICT DO NOTHING
    RETURNING id, attempt, backup_key
), begun AS (
    INSERT INTO file_attempt (file_id, attempt, request_id)
    SELECT id, attempt, :request_id FROM claimed
)
SELECT id, attempt, backup_key FROM claimed
"""

_TAKE_OVER = """
WITH claimed AS (
    UPDATE file_metadata
       SET attempt = attempt + 1, claimed_by = :request_id, timestamp = now(),
           lease_expires_at = now() + make_interval(secs => :lease)
     WHERE bucket = :bucket AND filename = :key AND version_id = :version_id
       AND status = 'PROCESSING'
       AND (lease_expires_at <= clock_timestamp() OR claimed_by = :request_id)
    RETURNING id, attempt, backup_key
), begun AS (
    INSERT INTO file_attempt (file_id, attempt, request_id)
    SELECT id, attempt, :request_id FROM claimed
)
SELECT id, attempt, backup_key FROM claimed
"""

_STANDING = """
SELECT id, status, lease_expires_at FROM file_metadata
 WHERE bucket = :bucket AND filename = :key AND version_id = :version_id
"""

_COMMIT = """
UPDATE file_metadata
   SET status = :status, timestamp = now(), rows_count = :rows, file_size_bytes = :size,
       columns_count = :columns, sha256 = :sha256, dialect = CAST(:dialect AS jsonb),
       error = CAST(:error AS jsonb), duration_ms = :duration_ms,
       backup_version_id = :backup_version_id
 WHERE id = :id AND attempt = :attempt AND status = 'PROCESSING'
   AND lease_expires_at > clock_timestamp()
RETURNING claimed_by
"""

_END_ATTEMPT = """
UPDATE file_attempt SET ended_at = now(), result = :result
 WHERE file_id = :id AND attempt = :attempt AND ended_at IS NULL
"""

_ADD_NOTIFICATION = """
INSERT INTO notification (file_id, attempt, message_id, subject, body, attributes, claimed_by,
                          lease_expires_at)
VALUES (:id, :attempt, :message_id, :subject, :body, CAST(:attributes AS jsonb), :claimed_by,
        now() + make_interval(secs => :lease))
RETURNING id
"""

_RELEASE = """
UPDATE file_metadata SET lease_expires_at = now()
 WHERE id = :id AND attempt = :attempt AND status = 'PROCESSING'
RETURNING id
"""

_MARK_SENT = """
UPDATE notification SET sent_at = now(), topic_message_id = :topic
 WHERE id = :id AND sent_at IS NULL
"""

_RELEASE_NOTIFICATION = """
UPDATE notification SET lease_expires_at = now() WHERE id = :id AND claimed_by = :request_id
"""

_CLAIM_NOTIFICATION = """
UPDATE notification
   SET claimed_by = :request_id, lease_expires_at = now() + make_interval(secs => :lease)
 WHERE id = (SELECT id FROM notification
              WHERE file_id = :file_id AND sent_at IS NULL
                AND (lease_expires_at <= clock_timestamp() OR claimed_by = :request_id)
              ORDER BY attempt LIMIT 1 FOR UPDATE)
RETURNING id, message_id, subject, body, attributes
"""

_FILES = f"""
SELECT {COLUMNS}
  FROM {ROWS}
 WHERE (CAST(:key AS text) IS NULL OR f.filename = :key)
   AND (CAST(:version_id AS text) IS NULL OR f.version_id = :version_id)
 ORDER BY f.received_at DESC, f.id DESC LIMIT :limit
"""  # noqa: S608 -- the parts are constants of this package


@dataclass(frozen=True, slots=True)
class PostgresLedger:
    """lease_seconds: how long a claim holds; longer than the function may run."""

    database: Database
    lease_seconds: int

    def claim(self, upload: Upload, request_id: str) -> Standing:
        identity = {
            "bucket": upload.bucket,
            "key": upload.key,
            "version_id": upload.version_id,
        }
        claim = {**identity, "request_id": request_id, "lease": self.lease_seconds}
        with self.database.session() as connection:
            for place in (backup_key(upload), alternative_backup_key(upload)):
                for row in connection.run(
                    _INSERT,
                    **claim,
                    etag=upload.etag,
                    size=upload.size_bytes,
                    received_at=upload.received_at,
                    receipt_key=receipt_key(upload),
                    backup_key=place,
                ):
                    return Claim(*row)
                for row in connection.run(_TAKE_OVER, **claim):
                    return Claim(*row)
                for file_id, status, lease_expires_at in connection.run(_STANDING, **identity):
                    if status == Status.PROCESSING:
                        return InProgress(lease_expires_at)
                    return Finished(file_id, Status(status))
                # No row for this upload, and yet a conflict: another's backup has this key.
            raise FaultError(FaultCode.DATABASE, f"no backup key is free for {upload.key!r}")

    def commit(
        self,
        claim: Claim,
        outcome: Outcome,
        notification: Notification,
        *,
        backup_version_id: str | None,
        duration_ms: int,
    ) -> PendingNotification:
        attempt = {"id": claim.file_id, "attempt": claim.attempt}
        with self.database.transaction() as connection:
            committed = connection.run(
                _COMMIT, **attempt, **_columns(outcome, backup_version_id, duration_ms)
            )
            if not committed:
                raise FaultError(
                    FaultCode.LEASE_LOST,
                    f"attempt {claim.attempt} at ledger row {claim.file_id} lost its lease",
                )
            ((request_id,),) = committed
            connection.run(_END_ATTEMPT, **attempt, result=outcome.status.value)
            ((notification_id,),) = connection.run(
                _ADD_NOTIFICATION,
                **attempt,
                message_id=notification.message_id,
                subject=notification.subject,
                body=notification.body,
                attributes=json.dumps(notification.attributes),
                claimed_by=request_id,
                lease=PUBLISH_LEASE_SECONDS,
            )
        return PendingNotification(notification_id, notification, request_id)

    def release(self, claim: Claim, code: FaultCode) -> None:
        attempt = {"id": claim.file_id, "attempt": claim.attempt}
        with self.database.transaction() as connection:
            # Nothing to end where the attempt was taken over, or had committed after all.
            if connection.run(_RELEASE, **attempt):
                connection.run(_END_ATTEMPT, **attempt, result=code.value)

    def pending_notification(
        self, file_id: int, request_id: str
    ) -> PendingNotification | InProgress | None:
        with self.database.session() as connection:
            return _claim_notification(connection, file_id, request_id)

    def mark_sent(self, pending: PendingNotification, topic_message_id: str) -> None:
        # Sent already: a lost answer here must not have it sent once more.
        self.database.repeatable(
            lambda connection: connection.run(_MARK_SENT, topic=topic_message_id, id=pending.id)
        )

    def release_notification(self, pending: PendingNotification) -> None:
        with self.database.session() as connection:
            connection.run(_RELEASE_NOTIFICATION, id=pending.id, request_id=pending.request_id)

    def files(
        self, *, limit: int, key: str | None = None, version_id: str | None = None
    ) -> list[FileRecord]:
        with self.database.session() as connection:
            rows = connection.run(_FILES, key=key, version_id=version_id, limit=limit)
        return [FileRecord(*row) for row in rows]

    def select(self, selection: Selection, *, limit: int) -> list[Candidate]:
        with self.database.session() as connection:
            return postgres_replay.select(connection, selection, limit)

    def reopen(self, uploads: Sequence[Upload], request: Request) -> InProgress | None:
        with self.database.transaction() as connection:
            return postgres_replay.reopen(connection, uploads, request)


def _columns(
    outcome: Outcome, backup_version_id: str | None, duration_ms: int
) -> dict[str, str | int | None]:
    dialect = outcome.dialect_document()
    return {
        "status": outcome.status.value,
        "rows": outcome.rows,
        "size": outcome.size_bytes,
        "columns": outcome.columns,
        "sha256": outcome.sha256,
        "dialect": json.dumps(dialect) if dialect else None,
        "error": json.dumps(error_document(outcome.rejection)) if outcome.rejection else None,
        "duration_ms": duration_ms,
        "backup_version_id": backup_version_id,
    }


def _claim_notification(
    connection: Connection, file_id: int, request_id: str
) -> PendingNotification | InProgress | None:
    rows: list[list[Any]] = connection.run(
        _CLAIM_NOTIFICATION,
        file_id=file_id,
        request_id=request_id,
        lease=PUBLISH_LEASE_SECONDS,
    )
    for notification_id, *content in rows:
        return PendingNotification(notification_id, Notification(*content), request_id)
    for (until,) in connection.run(
        "SELECT lease_expires_at FROM notification WHERE file_id = :id AND sent_at IS NULL",
        id=file_id,
    ):
        return InProgress(until)
    return None
