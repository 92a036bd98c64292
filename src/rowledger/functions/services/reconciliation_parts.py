"""Reconciliation as a command has it run: in parts, each of them short enough to wait for."""

from dataclasses import dataclass, replace
from datetime import timedelta

from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.reconciliation_pass import Pass
from rowledger.functions.domain.reconciliation_requests import PreviewPart, RunPart
from rowledger.functions.ports.reconciliation import ReconciliationStore
from rowledger.functions.services.reconciliation import Limits, Reconciliation

# So that a part takes seconds: whoever waits for longer on a silent connection may find it cut.
PART_PAGES = 5
PART_REPAIRS = 25


@dataclass(frozen=True, slots=True)
class ReconciliationParts:
    """limits: what one invocation may do at most. max_repairs: of a pass, where nobody says."""

    reconciliation: Reconciliation
    store: ReconciliationStore
    max_repairs: int

    def run(self, part: RunPart, invocation_id: str, limits: Limits) -> Pass:
        """Do some more of the open pass, or begin one; raise FaultError.

        Only for a request that is on record: nothing is repaired that nobody can be asked about.
        """
        request = self.store.request(part.request_id)
        if request is None:
            raise FaultError(
                FaultCode.MALFORMED_EVENT, f"no request {part.request_id} is on record"
            )
        most = min(part.max_repairs, request.max_repairs or self.max_repairs, PART_REPAIRS)
        reconciliation = replace(
            self._with_grace(request.grace_seconds), request_id=part.request_id
        )
        return reconciliation.run(invocation_id, replace(limits, pages=PART_PAGES, repairs=most))

    def preview(self, part: PreviewPart, limits: Limits) -> Pass:
        """Do some more of a pass that changes nothing."""
        reconciliation = self._with_grace(part.grace_seconds)
        return reconciliation.preview(replace(limits, pages=PART_PAGES), part.so_far)

    def _with_grace(self, seconds: int | None) -> Reconciliation:
        if seconds is None:
            return self.reconciliation
        return replace(self.reconciliation, grace=timedelta(seconds=seconds))
