"""The port to the ledger for whoever looks into it: PostgreSQL, or the function that asks it."""

from typing import Protocol

from rowledger.functions.domain.file_pages import FilePage
from rowledger.functions.domain.history import UploadHistory
from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.ledger_requests import (
    FindRows,
    ListFiles,
    ListPasses,
    ShowUpload,
    Summarise,
    Summary,
)
from rowledger.functions.domain.reconciliation_pass import Pass
from rowledger.functions.domain.sources.versions import AppliedSources, SourcesVersion
from rowledger.functions.domain.sources_requests import ListSourcesVersions, ShowSources
from rowledger.functions.domain.window_requests import (
    IncidentLine,
    ListIncidents,
    ListWindows,
    Windows,
)


class LedgerQueries(Protocol):
    """Every method raises FaultError (DATABASE_UNAVAILABLE, DATABASE_REFUSED, DATABASE, FUNCTION).

    MALFORMED_EVENT where a request holds a cursor or a number that is none.
    """

    def list_files(self, request: ListFiles) -> FilePage:
        """Return a page of the uploads of a selection; fewer rows than asked for may fill it."""

    def show_upload(self, request: ShowUpload) -> UploadHistory | None:
        """Return the history of one upload; None where the ledger has none."""

    def find_rows(self, request: FindRows) -> tuple[LedgerRow, ...]:
        """Return the rows of these uploads, as far as there are any."""

    def summarise(self, request: Summarise) -> Summary:
        """Sum the uploads of a selection up: times newest first, prefixes and statuses by name."""

    def list_passes(self, request: ListPasses) -> tuple[Pass, ...]:
        """Return the latest passes of reconciliation, the newest first."""

    def show_sources(self, request: ShowSources) -> AppliedSources | None:
        """Return a version of the sources with its content; None where there is none."""

    def list_sources_versions(self, request: ListSourcesVersions) -> tuple[SourcesVersion, ...]:
        """Return the latest versions of the sources, the newest first."""

    def list_windows(self, request: ListWindows) -> Windows:
        """Return the windows of a time, and the expectations in force with their latest files."""

    def list_incidents(self, request: ListIncidents) -> tuple[IncidentLine, ...]:
        """Return the latest incidents, the newest first."""
