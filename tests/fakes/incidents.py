"""The incidents of a ledger in memory, and what an operator changes of them."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from rowledger.functions.domain.faults import FaultError
from rowledger.functions.domain.window_requests import (
    ChangeIncident,
    IncidentChange,
    IncidentChanged,
    IncidentLine,
)


@dataclass(slots=True)
class FakeIncidents:
    """lines: the latest first. fault: what a change is refused with."""

    lines: list[IncidentLine] = field(default_factory=list)
    changes: list[ChangeIncident] = field(default_factory=list)
    fault: FaultError | None = None

    def open(self, source: str, at: datetime) -> None:
        """Open an incident of one window."""
        nobody = (None, None, None)
        line = IncidentLine(len(self.lines) + 1, source, at, None, *nobody, *nobody, 1, 1, at, at)
        self.lines.insert(0, line)

    def change(self, request: ChangeIncident) -> IncidentChanged:
        """As LedgerActions has it."""
        request.check("request")
        self.changes.append(request)
        if self.fault:
            raise self.fault
        for place, line in enumerate(self.lines):
            if line.id == request.id:
                changed = _changed(line, request)
                self.lines[place] = changed
                return IncidentChanged(changed, changed != line)
        return IncidentChanged(None, changed=False)


def _changed(line: IncidentLine, request: ChangeIncident) -> IncidentLine:
    if line.closed_at:
        return line
    if request.change is IncidentChange.CLOSE:
        return replace(line, closed_at=line.opened_at, closed_by=request.by, closed_why=request.why)
    if line.acknowledged_at:
        return line
    return replace(
        line,
        acknowledged_at=line.opened_at,
        acknowledged_by=request.by,
        acknowledged_why=request.why,
    )
