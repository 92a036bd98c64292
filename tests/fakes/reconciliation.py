"""What reconciliation reads and keeps, in memory: the fake of ReconciliationStore."""

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime

from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.reconciliation_pass import Pass
from rowledger.functions.domain.reconciliation_requests import ReconciliationRequest
from rowledger.functions.domain.sources.chosen import JudgedBy
from rowledger.functions.ports.reconciliation import Identity, RecordedJudgement
from tests.fakes.ledger import FakeLedger, identity_of
from tests.fakes.sources import earlier_upload


@dataclass(slots=True)
class FakeReconciliationStore:
    ledger: FakeLedger
    passes: list[Pass] = field(default_factory=list)
    requested: dict[int, list[int]] = field(default_factory=dict)
    """By the id of the pass: the requests that worked on it."""

    def lookup(self, bucket: str, identities: Iterable[Identity]) -> dict[Identity, LedgerRow]:
        wanted = set(identities)
        rows = {(row.filename, row.version_id): row for row in self._rows(bucket)}
        return {identity: row for identity, row in rows.items() if identity in wanted}

    def attempt_version(self, file_id: int, attempt: int) -> str | None:
        for stored in self.ledger.rows.values():
            if stored.row.id == file_id:
                return stored.versions[attempt - 1]
        return None

    def contradictions(self, bucket: str, identities: Iterable[Identity]) -> dict[Identity, str]:
        found = {}
        for (_, key, version_id), stored in self.ledger.rows.items():
            outcome = stored.attempts[-1]
            if stored.row.is_final and outcome != stored.row.status:
                found[key, version_id] = "its attempt ended otherwise"
        wanted = {(row.filename, row.version_id) for row in self._rows(bucket)} & set(identities)
        return {identity: what for identity, what in found.items() if identity in wanted}

    def judgement(self, file_id: int) -> RecordedJudgement | None:
        rows = {row.id: row for row in self.ledger.ledger_rows()}
        row = rows[file_id]
        if row.source is None or row.sources_version is None:
            return None
        document = self.ledger.sources.applied[row.sources_version - 1].by_name[row.source]
        replay = any(
            name == identity_of(row.upload) and document["previous"]
            for name, document in self.ledger.replays
        )
        before = earlier_upload(rows[row.supersedes]) if row.supersedes else None
        judged_by = JudgedBy(row.source, row.sources_version, replay, before)
        return RecordedJudgement(document, judged_by)

    def stranded(self, bucket: str, *, after: int, limit: int) -> list[LedgerRow]:
        return [
            row
            for row in self._rows(bucket)
            if row.id > after and (row.unsent or not (row.is_final or row.held_until))
        ][:limit]

    def oldest_unfinished(self, bucket: str) -> datetime | None:
        return min(
            (row.received_at for row in self._rows(bucket) if not row.is_final), default=None
        )

    def record_backup(self, file_id: int, backup_version_id: str | None) -> None:
        for stored in self.ledger.rows.values():
            if stored.row.id == file_id:
                stored.row = replace(stored.row, backup_version_id=backup_version_id)

    def open_pass(self, request_id: int | None = None) -> Pass:
        current = self._open()
        requested = self.requested.get(current.id, [])
        if request_id is not None and request_id not in requested:
            self.requested[current.id] = [*requested, request_id]
        return deepcopy(current)

    def _open(self) -> Pass:
        for each in self.passes:
            if each.ended_at is None:
                each.run += 1
                return each
        fresh = Pass(len(self.passes) + 1, self.ledger.now())
        self.passes.append(fresh)
        return fresh

    def save_pass(self, current: Pass) -> None:
        known = self.passes[current.id - 1]
        if known.run != current.run or known.ended_at is not None:
            raise FaultError(FaultCode.LEASE_LOST, f"another run works on pass {current.id}")
        self.passes[current.id - 1] = deepcopy(current)

    def previous_pass_began(self, pass_id: int) -> datetime | None:
        earlier = [each.began_at for each in self.passes if each.id < pass_id]
        return earlier[-1] if earlier else None

    def request(self, request_id: int) -> ReconciliationRequest | None:
        requests = self.ledger.requests
        return requests[request_id - 1] if 0 < request_id <= len(requests) else None

    def complete_through(self) -> datetime | None:
        finished = [
            each
            for each in self.passes
            if each.complete_through is not None and each.complete_through <= each.began_at
        ]
        return finished[-1].complete_through if finished else None

    def _rows(self, bucket: str) -> list[LedgerRow]:
        return [row for row in self.ledger.ledger_rows() if row.bucket == bucket]
