"""Answers what csv-ledger-reader and csv-ledger-operator are asked."""

import json
from typing import assert_never

from rowledger.functions.domain.file_pages import FileOrder, FilePage, cursor_of
from rowledger.functions.domain.ledger_requests import (
    FindRows,
    FoundHistory,
    ListFiles,
    ListPasses,
    OperatorRequest,
    Passes,
    ReaderRequest,
    ReconciliationRequested,
    Reopen,
    Reopened,
    RequestReconciliation,
    Rows,
    ShowUpload,
    Summarise,
    Summary,
    WindowRequest,
)
from rowledger.functions.domain.reconciliation_pass import Pass
from rowledger.functions.domain.sources_requests import (
    ApplySources,
    FoundSources,
    ListSourcesVersions,
    ShowSources,
    SourcesApplied,
    SourcesRequest,
    SourcesVersions,
)
from rowledger.functions.domain.typed_json import document_of
from rowledger.functions.domain.window_requests import (
    ChangeIncident,
    IncidentChanged,
    Incidents,
    ListIncidents,
    ListWindows,
    Windows,
)
from rowledger.functions.ports.ledger_actions import LedgerActions
from rowledger.functions.ports.ledger_queries import LedgerQueries

# A Lambda function answers at most 6 MB (AWS Lambda quotas); the rest is for the JSON around it.
MAX_PAGE_BYTES = 5_000_000

SourcesAnswer = FoundSources | SourcesVersions
WindowsAnswer = Windows | Incidents
ReaderAnswer = FilePage | FoundHistory | Rows | Summary | Passes | SourcesAnswer | WindowsAnswer
OperatorAnswer = Reopened | ReconciliationRequested | SourcesApplied | IncidentChanged


def look(queries: LedgerQueries, request: ReaderRequest) -> ReaderAnswer:
    """Answer a reader's request; raise FaultError."""
    match request:
        case ListFiles():
            return cut_to_fit(queries.list_files(request), request.order)
        case ShowUpload():
            return FoundHistory(queries.show_upload(request))
        case FindRows():
            return Rows(queries.find_rows(request))
        case Summarise():
            return queries.summarise(request)
        case ListPasses():
            return Passes(_shortened(queries.list_passes(request)))
        case _:
            return _look_at_sources(queries, request)


def _look_at_sources(
    queries: LedgerQueries, request: SourcesRequest | WindowRequest
) -> SourcesAnswer | WindowsAnswer:
    match request:
        case ShowSources():
            return FoundSources(queries.show_sources(request))
        case ListSourcesVersions():
            return SourcesVersions(queries.list_sources_versions(request))
        case ListWindows():
            return queries.list_windows(request)
        case ListIncidents():
            return Incidents(queries.list_incidents(request))
        case _:
            assert_never(request)


def act(actions: LedgerActions, request: OperatorRequest) -> OperatorAnswer:
    """Do what an operator asks for; raise FaultError."""
    match request:
        case Reopen(uploads=uploads, request=replay):
            held = actions.reopen(uploads, replay)
            return Reopened(held.until if held else None)
        case RequestReconciliation(request=reconciliation):
            return ReconciliationRequested(actions.request_reconciliation(reconciliation))
        case ApplySources(change=change):
            return actions.apply_sources(change)
        case ChangeIncident():
            return actions.change_incident(request)
        case _:
            assert_never(request)


def cut_to_fit(page: FilePage, order: FileOrder, max_bytes: int = MAX_PAGE_BYTES) -> FilePage:
    """Leave to the next page what does not fit into one answer; one row always fits."""
    size = 0
    for number, row in enumerate(page.rows):
        size += len(json.dumps(document_of(row)))
        if size > max_bytes and number:
            return FilePage(page.rows[:number], cursor_of(order, page.rows[number - 1]))
    return page


def _shortened(passes: tuple[Pass, ...]) -> tuple[Pass, ...]:
    """The latest with every problem that is listed, those before it with none; each has a count."""
    for earlier in passes[1:]:
        earlier.totals.problems.clear()
    return passes
