"""A ledger in memory, with a clock of its own: Ledger and LedgerActions, as one database is."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.history import UploadHistory
from rowledger.functions.domain.keys import alternative_backup_key, backup_key
from rowledger.functions.domain.ledger import Claim, ClaimResult, Finished, InProgress, LedgerRow
from rowledger.functions.domain.notification import Notification, PendingNotification
from rowledger.functions.domain.outcome import Outcome, Status, record_of
from rowledger.functions.domain.reconciliation_requests import ReconciliationRequest
from rowledger.functions.domain.replay import ReplayRequest
from rowledger.functions.domain.sources.chosen import JudgedBy
from rowledger.functions.domain.sources.earlier_files import EarlierFiles
from rowledger.functions.domain.sources.versions import SourcesChange
from rowledger.functions.domain.sources_requests import SourcesApplied
from rowledger.functions.domain.unreadable import Earlier
from rowledger.functions.domain.upload import Upload, UploadName
from rowledger.functions.domain.window_requests import ChangeIncident, IncidentChanged
from rowledger.functions.ports.ledger_queries import LedgerQueries
from tests.fakes.ledger_access import FakeLedgerQueries
from tests.fakes.new_row import new_row
from tests.fakes.notifications import PUBLISH_LEASE, FakeNotifications, StoredNotification
from tests.fakes.previous_outcome import attempts_that_tried, previous_outcome
from tests.fakes.sources import FakeSources, chain_of, earlier_files

Identity = tuple[str, str, str]


@dataclass(slots=True)
class StoredRow:
    """A row as it is kept, and what no reader sees: who claimed it, until when, every attempt.

    attempts: how each ended; None for one that has not. versions: what made each.
    """

    row: LedgerRow
    claimed_by: str
    lease_expires_at: datetime
    attempts: list[str | None] = field(default_factory=lambda: [None])
    versions: list[str | None] = field(default_factory=list)
    header: list[str] | None = None
    began: list[datetime] = field(default_factory=list)


@dataclass(slots=True)
class FakeLedger(FakeNotifications):
    lease_seconds: int = 360
    function_version: str | None = None
    rows: dict[Identity, StoredRow] = field(default_factory=dict)
    replays: list[tuple[Identity, dict[str, Any]]] = field(default_factory=list)
    incident_changes: list[ChangeIncident] = field(default_factory=list)
    requests: list[ReconciliationRequest] = field(default_factory=list)
    sources: FakeSources = field(init=False)
    # What the next commits are refused with.
    refusals: list[FaultError] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sources = FakeSources(self.now)

    def claim(self, upload: Upload, request_id: str) -> ClaimResult:
        stored = self.rows.get(identity_of(upload))
        if stored is None:
            stored = self._insert(upload, request_id)
        elif stored.row.is_final:
            return Finished(stored.row.id, stored.row.status)
        elif stored.lease_expires_at > self.now() and stored.claimed_by != request_id:
            return InProgress(stored.lease_expires_at)
        else:
            stored.attempts.append(None)
            stored.began.append(self.now())
            stored.claimed_by = request_id
            stored.lease_expires_at = self._lease_end()
        stored.versions.append(self.function_version)
        row = stored.row
        replay = any(
            name == identity_of(upload) and document["previous"] for name, document in self.replays
        )
        candidates = self.sources.candidates(upload.key)
        attempt = len(stored.attempts)
        return Claim(row.id, attempt, row.backup_key, row.received_at, candidates, replay)

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
        stored = self._claimed(claim)
        if stored is None or stored.lease_expires_at <= self.now():
            raise FaultError(
                FaultCode.LEASE_LOST,
                f"attempt {claim.attempt} at ledger row {claim.file_id} lost its lease",
            )
        if self.refusals:
            raise self.refusals.pop(0)
        record, before = record_of(outcome), judged_by.supersedes if judged_by else None
        stored.row = replace(
            stored.row,
            status=record.status,
            timestamp=self.now(),
            rows_count=record.rows_count,
            columns_count=record.columns_count,
            file_size_bytes=record.file_size_bytes,
            sha256=record.sha256,
            dialect=record.dialect,
            error=record.error,
            warnings=record.warnings,
            header_sha256=record.header_sha256,
            duration_ms=duration_ms,
            backup_version_id=backup_version_id,
            source=judged_by.source if judged_by else None,
            sources_version=judged_by.version if judged_by else None,
            supersedes=before.file_id if before else None,
        )
        stored.header = record.header
        stored.attempts[claim.attempt - 1] = record.status.value
        pending = PendingNotification(
            len(self.notifications) + 1,
            notification,
            stored.claimed_by,
            event_sent=notification.event is None,
        )
        self.notifications[pending.id] = StoredNotification(
            stored.row.id, claim.attempt, pending, self.now() + PUBLISH_LEASE
        )
        return pending

    def release(self, claim: Claim, code: FaultCode) -> None:
        stored = self._claimed(claim)
        if stored is not None:
            stored.lease_expires_at = self.now()
            stored.attempts[claim.attempt - 1] = stored.attempts[claim.attempt - 1] or code.value

    def earlier_attempts(self, claim: Claim, *, limit: int) -> Earlier:
        (stored,) = (each for each in self.rows.values() if each.row.id == claim.file_id)
        ended = list(zip(stored.began, stored.attempts, strict=True))[: claim.attempt - 1]
        made = [made for name, made in self.replays if name == identity_of(stored.row.upload)]
        attempts = attempts_that_tried(ended, made)
        others_read = bool(attempts) and any(
            min(row.received_at, row.timestamp) > attempts[0].started_at
            for row in self.ledger_rows()
            if row.id != claim.file_id and row.bucket == stored.row.bucket and row.sha256
        )
        return Earlier(attempts[:limit], self.now(), others_read, ended[-1][1] in tuple(Status))

    def earlier_files(self, claim: Claim, source: str, sha256: str) -> EarlierFiles:
        rows = self.ledger_rows()
        (this,) = (row for row in rows if row.id == claim.file_id)
        headers = {stored.row.id: stored.header for stored in self.rows.values()}
        return earlier_files(rows, headers, this, source, sha256, replay=claim.replay)

    def histories(
        self, *, limit: int, key: str | None = None, version_id: str | None = None
    ) -> list[UploadHistory]:
        rows = [
            row
            for row in self.ledger_rows()
            if key in (None, row.filename) and version_id in (None, row.version_id)
        ]
        rows.sort(key=lambda row: (row.received_at, row.id), reverse=True)
        return [self.history(row) for row in rows[:limit]]

    def reopen(
        self, uploads: Sequence[Upload | UploadName], request: ReplayRequest
    ) -> InProgress | None:
        identities = sorted({identity_of(upload) for upload in uploads})
        known = {identity_of(row.upload): row for row in self.ledger_rows()}
        seen = {identity: known.get(identity) for identity in identities}
        for identity, row in seen.items():
            if row is None and request.reopens:
                raise FaultError(FaultCode.MALFORMED_EVENT, f"the ledger has no upload {identity}")
            if row and row.held_until:
                return InProgress(row.held_until)
        for identity, row in seen.items():
            document = {
                "requested_at": self.now().isoformat(),
                "requested_by": request.by,
                "identity": request.identity,
                "reason": request.reason,
                "source": request.source.value,
                "previous": previous_outcome(row) if row and row.is_final else None,
            }
            self.replays.append((identity, document))
            if row and request.reopens and row.is_final:
                self._reopen(self.rows[identity])
        return None

    def apply_sources(self, change: SourcesChange) -> SourcesApplied:
        return self.sources.apply_change(change)

    def request_reconciliation(self, request: ReconciliationRequest) -> int:
        self.requests.append(request)
        return len(self.requests)

    def change_incident(self, request: ChangeIncident) -> IncidentChanged:
        self.incident_changes.append(request)
        return IncidentChanged(None, changed=False)

    @property
    def reader(self) -> LedgerQueries:
        """The same ledger for whoever looks into it."""
        return FakeLedgerQueries(self)

    def ledger_rows(self) -> list[LedgerRow]:
        """Every row as a reader sees it now, by id."""
        return [self._read(stored) for stored in self.rows.values()]

    def expire_leases(self) -> None:
        """End every lease."""
        for stored in self.rows.values():
            stored.lease_expires_at = self.now()
        for kept in self.notifications.values():
            kept.lease_expires_at = self.now()

    def _read(self, stored: StoredRow) -> LedgerRow:
        row, attempt, now = stored.row, len(stored.attempts), self.now()
        kept = [each for each in self.notifications.values() if each.file_id == row.id]
        latest = [each for each in kept if each.attempt == attempt]
        held = not row.is_final and stored.lease_expires_at > now
        return replace(
            row,
            attempt=attempt,
            notified_at=next((each.sent_at for each in latest), None),
            held_until=stored.lease_expires_at if held else None,
            unsent=any(each.is_unsent and each.lease_expires_at <= now for each in kept),
            mail_waits=any(each.waits_since and each.sent_at is None for each in latest),
            digest=next((each.digest_id for each in latest), None),
        )

    def history(self, row: LedgerRow) -> UploadHistory:
        identity = identity_of(row.upload)
        kept = self.rows[identity]
        return UploadHistory(
            row,
            attempts=[
                {"attempt": number, "result": result, "function_version": kept.versions[number - 1]}
                for number, result in enumerate(kept.attempts, start=1)
            ],
            replays=[document for replayed, document in self.replays if replayed == identity],
            header=kept.header,
            chain=chain_of(self.ledger_rows(), row),
        )

    def _insert(self, upload: Upload, request_id: str) -> StoredRow:
        taken = {stored.row.backup_key for stored in self.rows.values()}
        first = backup_key(upload)
        key = alternative_backup_key(upload) if first in taken else first
        row = new_row(len(self.rows) + 1, upload, key, self.now())
        stored = StoredRow(row, request_id, self._lease_end(), began=[self.now()])
        self.rows[identity_of(upload)] = stored
        return stored

    def _reopen(self, stored: StoredRow) -> None:
        stored.header = None
        stored.lease_expires_at = self.now()
        stored.row = replace(
            stored.row,
            status=Status.PROCESSING,
            timestamp=self.now(),
            rows_count=None,
            columns_count=None,
            sha256=None,
            dialect=None,
            error=None,
            warnings=None,
            header_sha256=None,
            duration_ms=None,
            source=None,
            sources_version=None,
            supersedes=None,
        )

    def _claimed(self, claim: Claim) -> StoredRow | None:
        """The row, where the claim is still its latest attempt and nothing is decided yet."""
        for stored in self.rows.values():
            if stored.row.id == claim.file_id and not stored.row.is_final:
                return stored if len(stored.attempts) == claim.attempt else None
        return None

    def _lease_end(self) -> datetime:
        return self.now() + timedelta(seconds=self.lease_seconds)


def identity_of(upload: Upload | UploadName) -> Identity:
    return upload.bucket, upload.key, upload.version_id
