"""The port to what an operator changes in the ledger, each with a record of who and why."""

from collections.abc import Sequence
from typing import Protocol

from rowledger.functions.domain.ledger import InProgress
from rowledger.functions.domain.reconciliation_requests import ReconciliationRequest
from rowledger.functions.domain.replay import ReplayRequest
from rowledger.functions.domain.sources.versions import SourcesChange
from rowledger.functions.domain.sources_requests import SourcesApplied
from rowledger.functions.domain.upload import UploadName
from rowledger.functions.domain.window_requests import ChangeIncident, IncidentChanged


class LedgerActions(Protocol):
    """They raise FaultError (DATABASE_UNAVAILABLE, DATABASE_REFUSED, DATABASE, FUNCTION)."""

    def reopen(self, uploads: Sequence[UploadName], request: ReplayRequest) -> InProgress | None:
        """Record a replay of each upload and, where the request reopens, free it for an attempt.

        All of them or none: where an attempt has one of them nothing is changed, and InProgress
        says until when. An upload may have no row yet.
        """

    def request_reconciliation(self, request: ReconciliationRequest) -> int:
        """Record the request; return its id, which csv-reconciler is started with."""

    def apply_sources(self, change: SourcesChange) -> SourcesApplied:
        """Put sources into force, in one step; a version that is the same already stays."""

    def change_incident(self, request: ChangeIncident) -> IncidentChanged:
        """Acknowledge or close an incident; what was done before stays."""
