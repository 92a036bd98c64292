"""Has csv-reconciler do a whole pass of reconciliation, part by part, for a reason on record."""

from collections.abc import Callable
from dataclasses import dataclass

from rowledger.functions.domain.reconciliation_pass import Pass, Totals
from rowledger.functions.domain.reconciliation_requests import (
    PreviewPart,
    ReconciliationRequest,
    RunPart,
)
from rowledger.functions.ports.ledger_actions import LedgerActions
from rowledger.operations.ports.reconciler import ReconcilerFunction

OnProgress = Callable[[Totals], None]

# More than any pass has: where nobody limits them, the function's own setting does.
_UNLIMITED = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Reconciling:
    actions: LedgerActions
    reconciler: ReconcilerFunction

    def run(self, request: ReconciliationRequest, on_progress: OnProgress) -> Pass:
        """Run a pass that speaks for everything received until now; raise FaultError.

        One that was begun earlier is finished first, and followed by another: what came since it
        began may have come to a place that it had passed. Where it is interrupted, the next run
        goes on, that of the schedule too.
        """
        request_id = self.actions.request_reconciliation(request)
        left = request.max_repairs or _UNLIMITED
        first, left = self._part(request_id, left, on_progress)
        found, left = self._rest(first, request_id, left, on_progress)
        if first.run == 1 or found.ended_at is None:
            return found
        another, left = self._part(request_id, left, on_progress)
        return self._rest(another, request_id, left, on_progress)[0]

    def preview(self, grace_seconds: int | None, on_progress: OnProgress) -> Pass:
        """Walk the whole bucket and change nothing."""
        found = None
        while found is None or found.ended_at is None:
            found = self.reconciler.preview_part(
                PreviewPart(so_far=found, grace_seconds=grace_seconds)
            )
            on_progress(found.totals)
        return found

    def _rest(
        self, found: Pass, request_id: int, left: int, on_progress: OnProgress
    ) -> tuple[Pass, int]:
        """Do the rest of a pass, until it ends or as many uploads were repaired as may be."""
        while found.ended_at is None and left > 0:
            found, left = self._part(request_id, left, on_progress)
        return found, left

    def _part(self, request_id: int, left: int, on_progress: OnProgress) -> tuple[Pass, int]:
        found = self.reconciler.run_part(RunPart(request_id=request_id, max_repairs=left))
        on_progress(found.totals)
        return found, left - found.repaired_in_run
