"""A ledger in memory, with a clock of its own: the twin of PostgresLedger."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from rowledger.functions.domain.errors import FaultCode, FaultError
from rowledger.functions.domain.keys import alternative_backup_key, backup_key, receipt_key
from rowledger.functions.domain.ledger import Claim, FileRecord, Finished, InProgress, Standing
from rowledger.functions.domain.notification import Notification, PendingNotification
from rowledger.functions.domain.outcome import Outcome, Status
from rowledger.functions.domain.receipt import error_document
from rowledger.functions.domain.upload import Upload
from rowledger.operations.domain.replay import Candidate, Request, Selection

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
    file_id: int
    attempt: int
    pending: PendingNotification
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
    replays: list[tuple[tuple[str, str, str], dict[str, Any]]] = field(default_factory=list)

    def claim(self, upload: Upload, request_id: str) -> Standing:
        row = self.rows.get(_identity(upload))
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
        pending = PendingNotification(len(self.messages) + 1, notification, row.claimed_by)
        self.messages[pending.id] = _Message(
            row.id, claim.attempt, pending, self.now() + _PUBLISH_LEASE
        )
        return pending

    def release(self, claim: Claim, code: FaultCode) -> None:
        row = self._held(claim)
        if row is not None:
            row.lease_expires_at = self.now()
            row.attempts[claim.attempt - 1] = row.attempts[claim.attempt - 1] or code.value

    def pending_notification(
        self, file_id: int, request_id: str
    ) -> PendingNotification | InProgress | None:
        held: InProgress | None = None
        for message in self.messages.values():
            if message.file_id != file_id or message.sent_at is not None:
                continue
            if message.lease_expires_at <= self.now() or message.pending.request_id == request_id:
                message.pending = replace(message.pending, request_id=request_id)
                message.lease_expires_at = self.now() + _PUBLISH_LEASE
                return message.pending
            held = InProgress(message.lease_expires_at)
        return held

    def mark_sent(self, pending: PendingNotification, topic_message_id: str) -> None:
        message = self.messages[pending.id]
        if message.sent_at is None:
            message.sent_at, message.topic_message_id = self.now(), topic_message_id

    def release_notification(self, pending: PendingNotification) -> None:
        message = self.messages[pending.id]
        if message.pending.request_id == pending.request_id:
            message.lease_expires_at = self.now()

    def files(
        self, *, limit: int, key: str | None = None, version_id: str | None = None
    ) -> list[FileRecord]:
        rows = [
            row
            for row in self.rows.values()
            if key in (None, row.upload.key) and version_id in (None, row.upload.version_id)
        ]
        rows.sort(key=lambda row: (row.upload.received_at, row.id), reverse=True)
        return [self._record(row) for row in rows[:limit]]

    def select(self, selection: Selection, *, limit: int) -> list[Candidate]:
        chosen = [row for row in self.rows.values() if selection.takes(row.upload, row.status)]
        chosen.sort(key=lambda row: (row.upload.received_at, row.id))
        return [Candidate(self._record(row), self._held_until(row)) for row in chosen[:limit]]

    def reopen(self, uploads: Sequence[Upload], request: Request) -> InProgress | None:
        identities = sorted({_identity(upload) for upload in uploads})
        for row in filter(None, map(self.rows.get, identities)):
            held_until = self._held_until(row)
            if held_until is not None:
                return InProgress(held_until)
        for identity in identities:
            found = self.rows.get(identity)
            document = {
                "requested_at": self.now().isoformat(),
                "requested_by": request.by,
                "reason": request.reason,
                "source": request.source.value,
                "previous": self._previous(found) if found else None,
            }
            self.replays.append((identity, document))
            if found and request.reopens and found.status is not Status.PROCESSING:
                found.status, found.timestamp = Status.PROCESSING, self.now()
                found.outcome, found.duration_ms = None, None
                found.lease_expires_at = self.now()
        return None

    def _held_until(self, row: _Row) -> datetime | None:
        held = row.status is Status.PROCESSING and row.lease_expires_at > self.now()
        return row.lease_expires_at if held else None

    def _previous(self, row: _Row) -> dict[str, Any] | None:
        if row.status is Status.PROCESSING:
            return None
        record = self._record(row)
        return {
            "status": record.status,
            "timestamp": record.timestamp.isoformat(),
            "rows_count": record.rows_count,
            "columns_count": record.columns_count,
            "file_size_bytes": record.file_size_bytes,
            "sha256": record.sha256,
            "dialect": record.dialect,
            "error": record.error,
            "attempt": record.attempt,
        }

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
        self.rows[_identity(upload)] = row
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
        sent = [
            message.sent_at
            for message in self.messages.values()
            if (message.file_id, message.attempt) == (row.id, len(row.attempts))
        ]
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
            notified_at=sent[0] if sent else None,
            attempts=[
                {"attempt": number, "result": result}
                for number, result in enumerate(row.attempts, start=1)
            ],
            replays=[
                document for identity, document in self.replays if identity == _identity(upload)
            ],
        )


def _identity(upload: Upload) -> tuple[str, str, str]:
    return upload.bucket, upload.key, upload.version_id
