"""The fake of LedgerQueries: what a reader sees of a ledger in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.file_pages import (
    FileOrder,
    FilePage,
    SortValue,
    cursor_of,
    read_cursor,
)
from rowledger.functions.domain.history import UploadHistory
from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.ledger_requests import (
    FindRows,
    ListFiles,
    ListPasses,
    ShowUpload,
    Summarise,
    Summary,
    SummaryBy,
    SummaryLine,
)
from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.reconciliation_pass import Pass
from rowledger.functions.domain.selection import Selection, name_matches
from rowledger.functions.domain.sources.versions import AppliedSources, SourcesVersion
from rowledger.functions.domain.sources_requests import ListSourcesVersions, ShowSources
from rowledger.functions.domain.window_requests import (
    IncidentLine,
    ListIncidents,
    ListWindows,
    Windows,
)
from tests.fakes.sources import FakeSources

_DESCENDING = (FileOrder.NEWEST, FileOrder.SIZE, FileOrder.ROWS)


class ReadableLedger(Protocol):
    """What is looked into."""

    @property
    def sources(self) -> FakeSources: ...

    def ledger_rows(self) -> list[LedgerRow]: ...

    def history(self, row: LedgerRow) -> UploadHistory: ...


@dataclass(slots=True)
class FakeLedgerQueries:
    ledger: ReadableLedger
    passes: list[Pass] = field(default_factory=list)
    asked: list[object] = field(default_factory=list)
    windows: Windows | None = None
    incidents: list[IncidentLine] = field(default_factory=list)

    def list_files(self, request: ListFiles) -> FilePage:
        self.asked.append(request)
        order, descending = request.order, request.order in _DESCENDING
        rows = sorted(
            self._selected(request.selection),
            key=lambda row: _place(order, row),
            reverse=descending,
        )
        if request.after:
            try:
                position = read_cursor(order, request.after)
            except ValueError as error:
                raise FaultError(FaultCode.MALFORMED_EVENT, str(error)) from error
            last = (_comparable(position.value), position.file_id)
            rows = [
                row
                for row in rows
                if (_place(order, row) < last if descending else _place(order, row) > last)
            ]
        page = rows[: request.limit]
        more = len(rows) > len(page)
        return FilePage(tuple(page), cursor_of(order, page[-1]) if more else None)

    def show_upload(self, request: ShowUpload) -> UploadHistory | None:
        self.asked.append(request)
        selection = Selection(
            file_id=request.file_id, key=request.key, version_id=request.version_id
        )
        rows = self._selected(selection)
        return self.ledger.history(max(rows, key=_received)) if rows else None

    def find_rows(self, request: FindRows) -> tuple[LedgerRow, ...]:
        self.asked.append(request)
        wanted = set(request.uploads)
        return tuple(row for row in self.ledger.ledger_rows() if row.upload.name in wanted)

    def summarise(self, request: Summarise) -> Summary:
        self.asked.append(request)
        groups: dict[str, list[LedgerRow]] = {}
        for row in self._selected(request.selection):
            groups.setdefault(_group(request, row), []).append(row)
        lines = [_line(group, rows) for group, rows in sorted(groups.items())]
        newest_first = request.by in (SummaryBy.HOUR, SummaryBy.DAY)
        return Summary(tuple(lines[::-1] if newest_first else lines), cut=False)

    def list_passes(self, request: ListPasses) -> tuple[Pass, ...]:
        self.asked.append(request)
        return tuple(self.passes[::-1][: request.limit])

    def show_sources(self, request: ShowSources) -> AppliedSources | None:
        self.asked.append(request)
        applied = self.ledger.sources.applied
        number = request.version or len(applied)
        return applied[number - 1] if 0 < number <= len(applied) else None

    def list_sources_versions(self, request: ListSourcesVersions) -> tuple[SourcesVersion, ...]:
        self.asked.append(request)
        return tuple(each.applied for each in self.ledger.sources.applied[::-1][: request.limit])

    def list_windows(self, request: ListWindows) -> Windows:
        self.asked.append(request)
        assert self.windows
        return self.windows

    def list_incidents(self, request: ListIncidents) -> tuple[IncidentLine, ...]:
        self.asked.append(request)
        return tuple(each for each in self.incidents if request.closed or not each.closed_at)

    def _selected(self, selection: Selection) -> list[LedgerRow]:
        return [row for row in self.ledger.ledger_rows() if is_selected(row, selection)]


def is_selected(row: LedgerRow, selection: Selection) -> bool:
    code = row.error["code"] if row.error else None
    return (
        selection.file_id in (None, row.id)
        and selection.key in (None, row.filename)
        and selection.version_id in (None, row.version_id)
        and row.filename.startswith(selection.prefix or "")
        and (not selection.name or name_matches(selection.name, row.filename.rpartition("/")[2]))
        and selection.status in (None, row.status)
        and selection.code in (None, code)
        and selection.source in (None, row.source)
        and (not selection.warned or bool(row.warnings))
        and (selection.since is None or selection.since <= row.received_at)
        and (selection.until is None or row.received_at < selection.until)
    )


def _received(row: LedgerRow) -> tuple[Any, int]:
    return row.received_at, row.id


def _comparable(value: SortValue) -> Any:  # noqa: ANN401 -- what can be compared
    # By byte, as PostgreSQL's collation "C" has it.
    return value.encode() if isinstance(value, str) else value


def _place(order: FileOrder, row: LedgerRow) -> tuple[Any, int]:
    return _comparable(order.value_of(row)), row.id


def _group(request: Summarise, row: LedgerRow) -> str:
    match request.by:
        case SummaryBy.HOUR | SummaryBy.DAY:
            local = row.received_at + timedelta(minutes=request.utc_offset_minutes)
            by_day = request.by is SummaryBy.DAY
            return f"{local:%Y-%m-%d}" if by_day else f"{local:%Y-%m-%d %H:00}"
        case SummaryBy.PREFIX:
            first, slash, _ = row.filename.partition("/")
            return first + slash if slash else ""
        case SummaryBy.STATUS:
            return row.status.value


def _line(group: str, rows: Sequence[LedgerRow]) -> SummaryLine:
    def number(status: Status) -> int:
        return sum(row.status is status for row in rows)

    return SummaryLine(
        group,
        len(rows),
        number(Status.SUCCESS),
        number(Status.FAILED),
        number(Status.PROCESSING),
        sum(row.rows_count or 0 for row in rows),
        sum(row.file_size_bytes for row in rows),
        sum(bool(row.warnings) for row in rows),
    )
