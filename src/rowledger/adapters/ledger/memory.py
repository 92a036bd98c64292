"""A ledger in memory, with a clock of its own: the twin of PostgresLedger."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from rowledger.domain.keys import alternative_backup_key, backup_key, receipt_key
from rowledger.domain.ledger import Claim, FileRecord, Finished, InProgress, Standing
from rowledger.domain.notification import Notification, PendingNotification
from rowledger.domain.outcome import Outcome, Status
from rowledger.domain.receipt import error_document
from rowledger.domain.upload import Upload
from rowledger.errors import FaultCode, FaultError

_PUBLISH_LEASE = timedelta(seconds=60)


@dataclass(slots=True)
class _Row:
    """Times are the ledger's own clock."""

    id: int
    upload: Upload
    backup_key: str
    claimed_by: str
    lease_expires_at: datetime
    timestamp: datetime
    status: Status = Status.PROCESSING
    attempts: list[str | None] = field(default_factory=lambda: [None])
    outcome: Outcome | None = None
    backup_version_id: str | None = None
    duration_ms: int | None = None


@dataclass(slots=True)
class _Message:
    pending: PendingNotification
    claimed_by: str
    lease_expires_at: datetime
    sent_at: datetime | None = None
    topic_message_id: str | None = None


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class MemoryLedger:
    lease_seconds: int = 360
    now: Callable[[], datetime] = _utc_now
    rows: dict[tuple[str, str, str], _Row] = field(default_factory=dict)
    messages: dict[int, _Message] = field(default_factory=dict)

    def claim(self, upload: Upload, request_id: str) -> Standing:
        row = self.rows.get((upload.bucket, upload.key, upload.version_id))
        if row is None:
            row = self._insert(upload, request_id)
        elif row.status is not Status.PROCESSING:
            return Finished(row.id, row.status)
        elif row.lease_expires_at > self.now() and row.claimed_by != request_id:
            return InProgress(row.lease_expires_at)
        else:
            row.attempts.append(None)
            row.claimed_by = request_id
            row.lease_expires_at = self._lease_end()
        return Claim(row.id, len(row.attempts), row.backup_key)

    def commit(
        self,
        claim: Claim,
        outcome: Outcome,
        notification: Notification,
        *,
        backup_version_id: str | None,
        duration_ms: int,
    ) -> PendingNotification:
        row = self._held(claim)
        if row is None or row.lease_expires_at <= self.now():
            raise FaultError(
                FaultCode.LEASE_LOST,
                f"attempt {claim.attempt} at ledger row {claim.file_id} lost its lease",
            )
        row.status, row.timestamp = outcome.status, self.now()
        row.outcome, row.duration_ms = outcome, duration_ms
        row.backup_version_id = backup_version_id
        row.attempts[claim.attempt - 1] = outcome.status.value
        pending = PendingNotification(row.id, notification)
        self.messages[row.id] = _Message(pending, row.claimed_by, self.now() + _PUBLISH_LEASE)
        return pending

    def release(self, claim: Claim, code: FaultCode) -> None:
        row = self._held(claim)
        if row is not None:
            row.lease_expires_at = self.now()
            row.attempts[claim.attempt - 1] = code.value

    def pending_notification(
        self, file_id: int, request_id: str
    ) -> PendingNotification | InProgress | None:
        message = self.messages.get(file_id)
        if message is None or message.sent_at is not None:
            return None
        if message.lease_expires_at > self.now() and message.claimed_by != request_id:
            return InProgress(message.lease_expires_at)
        message.claimed_by = request_id
        message.lease_expires_at = self.now() + _PUBLISH_LEASE
        return message.pending

    def mark_sent(self, pending: PendingNotification, topic_message_id: str) -> None:
        message = self.messages[pending.id]
        message.sent_at, message.topic_message_id = self.now(), topic_message_id

    def release_notification(self, pending: PendingNotification) -> None:
        self.messages[pending.id].lease_expires_at = self.now()

    def files(
        self, *, limit: int, key: str | None = None, version_id: str | None = None
    ) -> list[FileRecord]:
        rows = [
            row
            for row in self.rows.values()
            if key in (None, row.upload.key) and version_id in (None, row.upload.version_id)
        ]
        return [self._record(row) for row in rows[: -limit - 1 : -1]]

    def _insert(self, upload: Upload, request_id: str) -> _Row:
        taken = {row.backup_key for row in self.rows.values()}
        place = backup_key(upload)
        row = _Row(
            id=len(self.rows) + 1,
            upload=upload,
            backup_key=alternative_backup_key(upload) if place in taken else place,
            claimed_by=request_id,
            lease_expires_at=self._lease_end(),
            timestamp=self.now(),
        )
        self.rows[upload.bucket, upload.key, upload.version_id] = row
        return row

    def _held(self, claim: Claim) -> _Row | None:
        """The row, where the claim is still its latest attempt and nothing is decided yet."""
        for row in self.rows.values():
            if row.id == claim.file_id and row.status is Status.PROCESSING:
                return row if len(row.attempts) == claim.attempt else None
        return None

    def _lease_end(self) -> datetime:
        return self.now() + timedelta(seconds=self.lease_seconds)

    def _record(self, row: _Row) -> FileRecord:
        upload, outcome = row.upload, row.outcome
        message = self.messages.get(row.id)
        rejection = outcome.rejection if outcome else None
        return FileRecord(
            id=row.id,
            filename=upload.key,
            status=row.status.value,
            timestamp=row.timestamp,
            rows_count=outcome.rows if outcome else None,
            bucket=upload.bucket,
            version_id=upload.version_id,
            etag=upload.etag,
            received_at=upload.received_at,
            attempt=len(row.attempts),
            file_size_bytes=outcome.size_bytes if outcome else upload.size_bytes,
            columns_count=outcome.columns if outcome else None,
            sha256=outcome.sha256 if outcome else None,
            dialect=outcome.dialect_document() if outcome else None,
            error=error_document(rejection) if rejection else None,
            duration_ms=row.duration_ms,
            receipt_key=receipt_key(upload),
            backup_key=row.backup_key,
            backup_version_id=row.backup_version_id,
            notified_at=message.sent_at if message else None,
            attempts=[
                {"attempt": number, "result": result}
                for number, result in enumerate(row.attempts, start=1)
            ],
        )
