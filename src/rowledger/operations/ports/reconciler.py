"""The port to csv-reconciler, for whoever has a pass of reconciliation run."""

from typing import Protocol

from rowledger.functions.domain.reconciliation_pass import Pass
from rowledger.functions.domain.reconciliation_requests import PreviewPart, RunPart


class ReconcilerFunction(Protocol):
    """It raises FaultError: the function's own, or FUNCTION where it did not answer."""

    def run_part(self, part: RunPart) -> Pass:
        """Have it do some more of the open pass, or begin one; return the pass as it stands."""

    def preview_part(self, part: PreviewPart) -> Pass:
        """Have it do some more of a pass that changes nothing."""
