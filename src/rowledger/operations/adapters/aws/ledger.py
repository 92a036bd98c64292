"""The ledger as the functions csv-ledger-reader and csv-ledger-operator give it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rowledger.functions.domain.envelope import read_answer
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.file_pages import FilePage
from rowledger.functions.domain.history import UploadHistory
from rowledger.functions.domain.ledger import InProgress, LedgerRow
from rowledger.functions.domain.ledger_requests import (
    FindRows,
    FoundHistory,
    LedgerRequest,
    ListFiles,
    ListPasses,
    Passes,
    ReconciliationRequested,
    Reopen,
    Reopened,
    RequestReconciliation,
    Rows,
    ShowUpload,
    Summarise,
    Summary,
    request_document,
)
from rowledger.functions.domain.reconciliation_pass import Pass
from rowledger.functions.domain.reconciliation_requests import (
    PreviewPart,
    ReconcilerRequest,
    ReconciliationRequest,
    RunPart,
    reconciler_event,
)
from rowledger.functions.domain.replay import ReplayRequest
from rowledger.functions.domain.sources.versions import (
    AppliedSources,
    SourcesChange,
    SourcesVersion,
)
from rowledger.functions.domain.sources_requests import (
    ApplySources,
    FoundSources,
    ListSourcesVersions,
    ShowSources,
    SourcesApplied,
    SourcesVersions,
)
from rowledger.functions.domain.upload import UploadName
from rowledger.functions.domain.window_requests import (
    ChangeIncident,
    IncidentChanged,
    IncidentLine,
    Incidents,
    ListIncidents,
    ListWindows,
    Windows,
)
from rowledger.operations.adapters.aws.functions import AskedFunction

# Whatever their names hold, so many rows fit into one answer.
_UPLOADS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class LambdaLedgerQueries:
    function: AskedFunction

    def list_files(self, request: ListFiles) -> FilePage:
        page: FilePage = _asked(self.function, request)
        return page

    def show_upload(self, request: ShowUpload) -> UploadHistory | None:
        found: FoundHistory = _asked(self.function, request)
        return found.history

    def find_rows(self, request: FindRows) -> tuple[LedgerRow, ...]:
        rows: list[LedgerRow] = []
        for start in range(0, len(request.uploads), _UPLOADS_AT_ONCE):
            part = FindRows(uploads=request.uploads[start : start + _UPLOADS_AT_ONCE])
            found: Rows = _asked(self.function, part)
            rows += found.rows
        return tuple(rows)

    def summarise(self, request: Summarise) -> Summary:
        summary: Summary = _asked(self.function, request)
        return summary

    def show_sources(self, request: ShowSources) -> AppliedSources | None:
        found: FoundSources = _asked(self.function, request)
        return found.sources

    def list_sources_versions(self, request: ListSourcesVersions) -> tuple[SourcesVersion, ...]:
        found: SourcesVersions = _asked(self.function, request)
        return found.versions

    def list_windows(self, request: ListWindows) -> Windows:
        windows: Windows = _asked(self.function, request)
        return windows

    def list_incidents(self, request: ListIncidents) -> tuple[IncidentLine, ...]:
        found: Incidents = _asked(self.function, request)
        return found.incidents

    def list_passes(self, request: ListPasses) -> tuple[Pass, ...]:
        found: Passes = _asked(self.function, request)
        return found.passes


@dataclass(frozen=True, slots=True)
class LambdaLedgerActions:
    """function: asked once only. Where no answer comes, what was asked may have been done."""

    function: AskedFunction

    def reopen(self, uploads: Sequence[UploadName], request: ReplayRequest) -> InProgress | None:
        asked = Reopen(uploads=tuple(uploads), request=request)
        reopened: Reopened = _asked(self.function, asked)
        return InProgress(reopened.held_until) if reopened.held_until else None

    def request_reconciliation(self, request: ReconciliationRequest) -> int:
        asked = RequestReconciliation(request=request)
        requested: ReconciliationRequested = _asked(self.function, asked)
        return requested.request_id

    def apply_sources(self, change: SourcesChange) -> SourcesApplied:
        applied: SourcesApplied = _asked(self.function, ApplySources(change=change))
        return applied

    def change_incident(self, request: ChangeIncident) -> IncidentChanged:
        changed: IncidentChanged = _asked(self.function, request)
        return changed


@dataclass(frozen=True, slots=True)
class LambdaReconciler:
    """csv-reconciler. function: asked once only, for as long as it may run."""

    function: AskedFunction

    def run_part(self, part: RunPart) -> Pass:
        return self._asked(part)

    def preview_part(self, part: PreviewPart) -> Pass:
        return self._asked(part)

    def _asked(self, request: ReconcilerRequest) -> Pass:
        found: Pass = _read(self.function, Pass, self.function.ask(reconciler_event(request)))
        return found


def _asked(function: AskedFunction, request: LedgerRequest) -> Any:  # noqa: ANN401 -- of its kind of answer
    return _read(function, request.answer, function.ask(request_document(request)))


def _read(function: AskedFunction, kind: type[Any], document: object) -> Any:  # noqa: ANN401 -- of that kind
    try:
        return read_answer(kind, document)
    except ValueError as error:
        raise FaultError(
            FaultCode.FUNCTION,
            f"{function.name} answers what this version of rowledger does not know: {error}",
        ) from error
