"""The sources of a ledger in memory, and what it has of each source's earlier files."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.outcome import Header, Status
from rowledger.functions.domain.sources.chosen import Candidate
from rowledger.functions.domain.sources.earlier_files import (
    MOST_FILES,
    EarlierFiles,
    EarlierUpload,
)
from rowledger.functions.domain.sources.versions import (
    AppliedSources,
    SourcesChange,
    SourcesVersion,
)
from rowledger.functions.domain.sources_requests import SourcesApplied


@dataclass(slots=True)
class FakeSources:
    """applied: every version, the oldest first."""

    now: Callable[[], datetime]
    applied: list[AppliedSources] = field(default_factory=list)

    def apply(self, *sources: dict[str, Any]) -> int:
        """Put sources into force; return their version."""
        return self.apply_change(
            SourcesChange("ada", {"version": 1, "sources": list(sources)})
        ).version

    def apply_change(self, change: SourcesChange) -> SourcesApplied:
        number, sha256 = len(self.applied), change.sha256
        if self.applied and self.applied[-1].applied.sha256 == sha256:
            return SourcesApplied(number, changed=False)
        version = SourcesVersion(
            number + 1,
            self.now(),
            change.by,
            change.identity,
            change.reason,
            sha256,
            len(change.document["sources"]),
        )
        self.applied.append(AppliedSources(version, change.document))
        return SourcesApplied(number + 1, changed=True)

    def candidates(self, key: str) -> tuple[Candidate, ...]:
        if not self.applied:
            return ()
        sources = self.applied[-1].document["sources"]
        fitting = [each for each in sources if key.startswith(each["prefix"])]
        # Of one prefix, in the order of the file.
        fitting.sort(key=lambda of: (-len(of["prefix"]), "match" not in of.get("names", {})))
        return tuple(Candidate(each["name"], len(self.applied), each) for each in fitting)


def earlier_files(
    rows: Sequence[LedgerRow],
    headers: dict[int, list[str] | None],
    this: LedgerRow,
    source: str,
    sha256: str,
    *,
    replay: bool,
) -> EarlierFiles:
    """As Ledger.earlier_files says. rows: all of the ledger. headers: by id, as they are kept."""
    rows = sorted(rows, key=_received, reverse=True)
    before = [row for row in rows if _received(row) < _received(this)]
    good = [row for row in before if row.source == source and row.status is Status.SUCCESS]
    weekday = this.received_at.isoweekday()
    last = good[0] if good else None
    names = headers.get(last.id) if last else None
    twins = [
        row
        for row in (before if replay else rows)
        if row.is_final and row.source == source and row.sha256 == sha256 and row.id != this.id
    ]
    twins.sort(key=lambda row: (row.status is not Status.SUCCESS, _received(row)))
    same_key = [
        row
        for row in before
        if row.is_final and (row.bucket, row.filename) == (this.bucket, this.filename)
    ]
    return EarlierFiles(
        last=(
            Header(None if names is None else tuple(names), last.header_sha256)
            if last and last.header_sha256
            else None
        ),
        rows_on_day=tuple(
            row.rows_count or 0 for row in good if row.received_at.isoweekday() == weekday
        )[:MOST_FILES],
        rows=tuple(row.rows_count or 0 for row in good)[:MOST_FILES],
        weekday=weekday,
        same_bytes=earlier_upload(twins[0]) if twins else None,
        same_key=earlier_upload(same_key[0]) if same_key else None,
    )


def chain_of(rows: Sequence[LedgerRow], this: LedgerRow) -> list[dict[str, Any]] | None:
    """The uploads of a row's key, as UploadHistory has them."""
    same = [row for row in rows if (row.bucket, row.filename) == (this.bucket, this.filename)]
    if len(same) == 1:
        return None
    return [
        {
            "id": row.id,
            "version_id": row.version_id,
            "received_at": row.received_at.isoformat(),
            "status": row.status.value,
            "rows_count": row.rows_count,
            "code": row.error["code"] if row.error else None,
            "source": row.source,
            "supersedes": row.supersedes,
        }
        for row in sorted(same, key=_received)
    ]


def earlier_upload(row: LedgerRow) -> EarlierUpload:
    return EarlierUpload(row.id, row.filename, row.version_id, row.status)


def _received(row: LedgerRow) -> tuple[datetime, int]:
    return row.received_at, row.id
