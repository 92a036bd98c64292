"""Reconciliation's view of a ledger in memory: the twin of PostgresReconciliation."""

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime

from rowledger.functions.domain.errors import FaultCode, FaultError
from rowledger.functions.domain.keys import receipt_key
from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.reconciliation import Entry, Pass
from rowledger.functions.ports.reconciliation import Identity
from tests.fakes.ledger import MemoryLedger


@dataclass(slots=True)
class MemoryReconciliation:
    ledger: MemoryLedger
    passes: list[Pass] = field(default_factory=list)

    def lookup(self, bucket: str, identities: Iterable[Identity]) -> dict[Identity, Entry]:
        wanted = set(identities)
        return {
            (entry.upload.key, entry.upload.version_id): entry
            for entry in self._entries(bucket)
            if (entry.upload.key, entry.upload.version_id) in wanted
        }

    def stranded(self, bucket: str, *, after: int, limit: int) -> list[Entry]:
        return [
            entry
            for entry in self._entries(bucket)
            if entry.file_id > after and (entry.unsent or not (entry.is_final or entry.held))
        ][:limit]

    def oldest_unfinished(self, bucket: str) -> datetime | None:
        return min(
            (
                entry.upload.received_at
                for entry in self._entries(bucket)
                if entry.status is Status.PROCESSING
            ),
            default=None,
        )

    def record_backup(self, file_id: int, backup_version_id: str | None) -> None:
        for row in self.ledger.rows.values():
            if row.id == file_id:
                row.backup_version_id = backup_version_id

    def open_pass(self) -> Pass:
        for each in self.passes:
            if each.ended_at is None:
                each.run += 1
                return deepcopy(each)
        fresh = Pass(len(self.passes) + 1, self.ledger.now())
        self.passes.append(fresh)
        return deepcopy(fresh)

    def save_pass(self, current: Pass) -> None:
        known = self.passes[current.id - 1]
        if known.run != current.run or known.ended_at is not None:
            raise FaultError(FaultCode.LEASE_LOST, f"another run has pass {current.id} in hand")
        self.passes[current.id - 1] = deepcopy(current)

    def complete_through(self) -> datetime | None:
        finished = [each for each in self.passes if each.ended_at is not None]
        return finished[-1].complete_through if finished else None

    def _entries(self, bucket: str) -> list[Entry]:
        now = self.ledger.now()
        found = []
        for row in self.ledger.rows.values():
            if row.upload.bucket != bucket:
                continue
            outcome = row.outcome
            found.append(
                Entry(
                    file_id=row.id,
                    upload=replace(row.upload, size_bytes=outcome.size_bytes)
                    if outcome
                    else row.upload,
                    status=row.status,
                    held=row.status is Status.PROCESSING and row.lease_expires_at > now,
                    unsent=any(
                        message.file_id == row.id
                        and message.sent_at is None
                        and message.lease_expires_at <= now
                        for message in self.ledger.messages.values()
                    ),
                    rows_count=outcome.rows if outcome else None,
                    sha256=outcome.sha256 if outcome else None,
                    recorded_at=row.timestamp,
                    duration_ms=row.duration_ms,
                    receipt_key=receipt_key(row.upload),
                    backup_key=row.backup_key,
                    attempt=len(row.attempts),
                    announced=any(
                        (message.file_id, message.attempt) == (row.id, len(row.attempts))
                        and message.sent_at is not None
                        for message in self.ledger.messages.values()
                    ),
                )
            )
        return found
