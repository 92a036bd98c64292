"""Looks into the ledger in PostgreSQL."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rowledger.functions.adapters.postgres import window_access
from rowledger.functions.adapters.postgres.database import Database
from rowledger.functions.adapters.postgres.pass_totals import pass_of
from rowledger.functions.adapters.postgres.queries import load_queries
from rowledger.functions.adapters.postgres.rows import ROW_PARTS, ledger_row, run_by_name
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.file_pages import FilePage, cursor_of, read_cursor
from rowledger.functions.domain.history import UploadHistory
from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.ledger_requests import (
    FindRows,
    ListFiles,
    ListPasses,
    ShowUpload,
    Summarise,
    Summary,
    SummaryLine,
)
from rowledger.functions.domain.reconciliation_pass import Pass
from rowledger.functions.domain.selection import Selection
from rowledger.functions.domain.sources.versions import AppliedSources, SourcesVersion
from rowledger.functions.domain.sources_requests import ListSourcesVersions, ShowSources
from rowledger.functions.domain.typed_json import document_of
from rowledger.functions.domain.window_requests import (
    IncidentLine,
    ListIncidents,
    ListWindows,
    Windows,
)

QUERIES = load_queries("ledger_access", **ROW_PARTS, **load_queries("selection"))
# Of attempts and of replays: their latest. A ledger row's own attempt says how many there were.
MAX_HISTORY = 500
MAX_GROUPS = 1000
# Of a key.
MAX_VERSIONS = 20
_LIKE_SPECIAL = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_", "*": "%", "?": "_"})


@dataclass(frozen=True, slots=True)
class PostgresLedgerQueries:
    database: Database

    def list_files(self, request: ListFiles) -> FilePage:
        after, after_id = None, None
        if request.after is not None:
            try:
                position = read_cursor(request.order, request.after)
            except ValueError as error:
                raise FaultError(FaultCode.MALFORMED_EVENT, str(error)) from error
            after, after_id = position.value, position.file_id
        rows = self._rows(
            request.order.value,
            **_parameters(request.selection),
            after=after,
            after_id=after_id,
            # One more than is wanted says whether there are more.
            limit=request.limit + 1,
        )
        page = rows[: request.limit]
        more = len(rows) > len(page) > 0
        return FilePage(tuple(page), cursor_of(request.order, page[-1]) if more else None)

    def show_upload(self, request: ShowUpload) -> UploadHistory | None:
        which = Selection(file_id=request.file_id, key=request.key, version_id=request.version_id)
        with self.database.session() as connection:
            found = run_by_name(
                connection,
                QUERIES["history"],
                **_parameters(which),
                most=MAX_HISTORY,
                most_versions=MAX_VERSIONS,
            )
        for columns in found:
            return UploadHistory(
                attempts=columns.pop("attempts"),
                replays=columns.pop("replays"),
                header=columns.pop("header"),
                chain=columns.pop("chain"),
                row=ledger_row(columns),
            )
        return None

    def find_rows(self, request: FindRows) -> tuple[LedgerRow, ...]:
        return tuple(self._rows("find", wanted=json.dumps(document_of(request.uploads))))

    def summarise(self, request: Summarise) -> Summary:
        with self.database.session() as connection:
            found = run_by_name(
                connection,
                QUERIES[f"by_{request.by}"],
                **_parameters(request.selection),
                offset=request.utc_offset_minutes,
                limit=MAX_GROUPS + 1,
            )
        lines = tuple(SummaryLine(**columns) for columns in found[:MAX_GROUPS])
        return Summary(lines, cut=len(found) > MAX_GROUPS)

    def list_passes(self, request: ListPasses) -> tuple[Pass, ...]:
        with self.database.session() as connection:
            found = run_by_name(
                connection, QUERIES["passes"], limit=request.limit, requests=request.requests
            )
        return tuple(pass_of(columns) for columns in found)

    def show_sources(self, request: ShowSources) -> AppliedSources | None:
        with self.database.session() as connection:
            found = run_by_name(connection, QUERIES["sources_of_version"], version=request.version)
        for columns in found:
            document = columns.pop("document")
            return AppliedSources(SourcesVersion(**columns), document)
        return None

    def list_sources_versions(self, request: ListSourcesVersions) -> tuple[SourcesVersion, ...]:
        with self.database.session() as connection:
            found = run_by_name(connection, QUERIES["sources_versions"], limit=request.limit)
        return tuple(SourcesVersion(**columns) for columns in found)

    def list_windows(self, request: ListWindows) -> Windows:
        return window_access.list_windows(self.database, request)

    def list_incidents(self, request: ListIncidents) -> tuple[IncidentLine, ...]:
        return window_access.list_incidents(self.database, request)

    def _rows(self, query: str, **parameters: Any) -> list[LedgerRow]:  # noqa: ANN401 -- as the driver has it
        with self.database.session() as connection:
            found = run_by_name(connection, QUERIES[query], **parameters)
        return [ledger_row(columns) for columns in found]


def _parameters(selection: Selection) -> Mapping[str, str | int | datetime | None]:
    return {
        "file_id": selection.file_id,
        "key": selection.key,
        "version_id": selection.version_id,
        "prefix": selection.prefix,
        "name": selection.name.translate(_LIKE_SPECIAL) if selection.name else None,
        "status": selection.status.value if selection.status else None,
        "code": selection.code,
        "warned": selection.warned,
        "since": selection.since,
        "until": selection.until,
        "source": selection.source,
    }
