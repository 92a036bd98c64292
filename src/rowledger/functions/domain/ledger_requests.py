"""What csv-ledger-reader and csv-ledger-operator are asked, and what they answer.

Both ends read and write these types, so that neither can misunderstand the other: what does not fit
a type, or is of another version, is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from rowledger.functions.domain.envelope import VERSION, check_version
from rowledger.functions.domain.file_pages import MAX_PAGE_ROWS, FileOrder, FilePage, read_cursor
from rowledger.functions.domain.history import UploadHistory
from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.reconciliation_pass import Pass
from rowledger.functions.domain.reconciliation_requests import ReconciliationRequest
from rowledger.functions.domain.replay import ReplayRequest
from rowledger.functions.domain.selection import Selection
from rowledger.functions.domain.sources_requests import (
    ApplySources,
    ListSourcesVersions,
    ShowSources,
    SourcesRequest,
)
from rowledger.functions.domain.typed_json import NEW, document_of, read
from rowledger.functions.domain.upload import UploadName
from rowledger.functions.domain.values import check_number, check_texts
from rowledger.functions.domain.window_requests import ChangeIncident, ListIncidents, ListWindows

# A pass has up to 200 problems by name, and an answer the names of one pass alone.
MAX_PASSES = 1000
_DAY_MINUTES = 24 * 60


class SummaryBy(StrEnum):
    """What files are summed up by. PREFIX: the key up to its first slash."""

    HOUR = "hour"
    DAY = "day"
    PREFIX = "prefix"
    STATUS = "status"


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """The files of one group.

    group: an hour, a day, a prefix or a status. rows, bytes: of all its files.
    warned: those of succeeded that have warnings.
    """

    group: str
    files: int
    succeeded: int
    rejected: int
    processing: int
    rows: int
    bytes: int
    warned: int = field(default=0, metadata=NEW)


@dataclass(frozen=True, slots=True)
class Summary:
    """cut: whether there are more groups than one answer takes."""

    lines: tuple[SummaryLine, ...]
    cut: bool


@dataclass(frozen=True, slots=True)
class Passes:
    """The latest passes, the newest first."""

    passes: tuple[Pass, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """Ledger rows, in no order."""

    rows: tuple[LedgerRow, ...]


@dataclass(frozen=True, slots=True)
class FoundHistory:
    """None where the ledger has no such upload."""

    history: UploadHistory | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFiles:
    """A page of the uploads of a selection. after: where it begins, as the page before ended."""

    answer: ClassVar = FilePage
    selection: Selection = field(default_factory=Selection)
    order: FileOrder = FileOrder.NEWEST
    limit: int = MAX_PAGE_ROWS
    after: str | None = None

    def check(self, where: str) -> None:
        """Raise ValueError for a page that cannot be, or a cursor that no page ended with."""
        check_number(f"{where}.limit", self.limit, 1, MAX_PAGE_ROWS)
        if self.after is not None:
            read_cursor(self.order, self.after)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowUpload:
    """The history of one upload: of a ledger id, or of a key, in the version received last."""

    answer: ClassVar = FoundHistory
    file_id: int | None = None
    key: str | None = None
    version_id: str | None = None

    def check(self, where: str) -> None:
        """Raise ValueError unless it names one upload, by one of the two ways."""
        check_number(f"{where}.file_id", self.file_id, 1)
        if (self.file_id is None) == (self.key is None):
            raise ValueError(f"{where} must have either file_id or key")
        if self.version_id is not None and self.key is None:
            raise ValueError(f"{where}.version_id must be of a key")


@dataclass(frozen=True, slots=True, kw_only=True)
class FindRows:
    """The rows of these uploads, as far as there are any; at most MAX_PAGE_ROWS of them."""

    answer: ClassVar = Rows
    uploads: tuple[UploadName, ...]

    def check(self, where: str) -> None:
        """Raise ValueError for more uploads than one answer has."""
        check_number(f"the number of {where}.uploads", len(self.uploads), 0, MAX_PAGE_ROWS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summarise:
    """The uploads of a selection, summed up. utc_offset_minutes: of the days and hours."""

    answer: ClassVar = Summary
    selection: Selection = field(default_factory=Selection)
    by: SummaryBy = SummaryBy.DAY
    utc_offset_minutes: int = 0

    def check(self, where: str) -> None:
        """Raise ValueError for an offset of more than a day."""
        minutes = self.utc_offset_minutes
        check_number(f"{where}.utc_offset_minutes", minutes, -_DAY_MINUTES, _DAY_MINUTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPasses:
    """The latest passes of reconciliation. requests: also who asked for them."""

    answer: ClassVar = Passes
    limit: int = 20
    requests: bool = field(default=False, metadata=NEW)

    def check(self, where: str) -> None:
        """Raise ValueError for a number of passes that cannot be."""
        check_number(f"{where}.limit", self.limit, 1, MAX_PASSES)


@dataclass(frozen=True, slots=True)
class Reopened:
    """held_until: an attempt has one of the uploads until then, and nothing was changed."""

    held_until: datetime | None


@dataclass(frozen=True, slots=True)
class ReconciliationRequested:
    """request_id: what csv-reconciler is started with."""

    request_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopen:
    """Record a replay of each upload and, where the request reopens, free it for an attempt."""

    answer: ClassVar = Reopened
    uploads: tuple[UploadName, ...]
    request: ReplayRequest

    def check(self, where: str) -> None:
        """Raise ValueError for more uploads than are looked up at once.

        None is as good as one: an event of ignored names alone may be among the dead letters.
        """
        check_number(f"the number of {where}.uploads", len(self.uploads), 0, MAX_PAGE_ROWS)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestReconciliation:
    """Record who has a pass of reconciliation run, and with which limits."""

    answer: ClassVar = ReconciliationRequested
    request: ReconciliationRequest


WindowRequest = ListWindows | ListIncidents
ReaderRequest = (
    ListFiles | ShowUpload | FindRows | Summarise | ListPasses | SourcesRequest | WindowRequest
)
OperatorRequest = Reopen | RequestReconciliation | ApplySources | ChangeIncident
LedgerRequest = ReaderRequest | OperatorRequest

READER_REQUESTS: Mapping[str, type[ReaderRequest]] = {
    "list_files": ListFiles,
    "show_upload": ShowUpload,
    "find_rows": FindRows,
    "summarise": Summarise,
    "list_passes": ListPasses,
    "show_sources": ShowSources,
    "list_sources_versions": ListSourcesVersions,
    "list_windows": ListWindows,
    "list_incidents": ListIncidents,
}
OPERATOR_REQUESTS: Mapping[str, type[OperatorRequest]] = {
    "reopen": Reopen,
    "request_reconciliation": RequestReconciliation,
    "apply_sources": ApplySources,
    "change_incident": ChangeIncident,
}
_NAMES: Mapping[type[LedgerRequest], str] = {
    kind: name for names in (READER_REQUESTS, OPERATOR_REQUESTS) for name, kind in names.items()
}


def request_document(request: LedgerRequest) -> dict[str, Any]:
    """Make the event that a function is invoked with."""
    return {"version": VERSION, "ask": _NAMES[type(request)], "with": document_of(request)}


def read_request(event: object, known: Mapping[str, type[Any]]) -> Any:  # noqa: ANN401 -- one of known
    """Read an event; raise ValueError for what is none of the known requests of this version."""
    match event:
        case {"version": int(version), "ask": str(name), "with": content, **others} if not others:
            check_version(version)
            if name not in known:
                raise ValueError(f"the request must be one of {', '.join(known)}, not {name!r}")
            check_texts(name, content)
            return read(known[name], content, name)
        case _:
            raise ValueError("a request is an object with version, ask and with, and nothing else")
