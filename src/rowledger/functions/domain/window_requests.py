"""What the ledger's functions are asked of windows and incidents, and what they answer."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from rowledger.functions.domain.sources.evaluation import ArrivedFile, WindowState
from rowledger.functions.domain.sources.window_rows import ExpectationRow
from rowledger.functions.domain.values import check_filled, check_moment, check_number

# Of each an answer has so many at most, with room for what is in them.
MAX_WINDOWS = 2000
MAX_INCIDENTS = 1000
MAX_ARRIVED = 100


@dataclass(frozen=True, slots=True)
class WindowLine:
    """A window that has its evaluation. late_*: what completed it after all; else None."""

    id: int
    source: str
    expectation: str
    time_zone: str
    opens_at: datetime
    due_at: datetime
    ends_at: datetime
    state: WindowState
    evidence: dict[str, Any]
    completed_at: datetime | None
    evaluated_at: datetime
    incident_id: int | None
    late_completed_at: datetime | None
    late_evidence: dict[str, Any] | None

    @property
    def is_lacking(self) -> bool:
        """Whether it is not as expected, and nothing has completed it since."""
        return not self.state.as_expected and self.late_completed_at is None


@dataclass(frozen=True, slots=True)
class ExpectationNow:
    """An expectation in force, and the latest files since its last window that is evaluated."""

    row: ExpectationRow
    arrived: tuple[ArrivedFile, ...]


@dataclass(frozen=True, slots=True)
class Windows:
    """at: by the clock of the database. cut: whether there is more than one answer takes."""

    at: datetime
    lines: tuple[WindowLine, ...]
    expectations: tuple[ExpectationNow, ...]
    cut: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListWindows:
    """The windows due at `since` or later and before `until`, and the expectations in force.

    source: of this one alone.
    """

    answer: ClassVar = Windows
    since: datetime
    until: datetime
    source: str | None = None

    def check(self, where: str) -> None:
        """Raise ValueError for times that cannot be."""
        check_moment(f"{where}.since", self.since)
        check_moment(f"{where}.until", self.until)


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """told_at: when its mail was sent. windows: how many are in it, lacking: of these, still."""

    id: int
    source: str
    opened_at: datetime
    told_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    acknowledged_why: str | None
    closed_at: datetime | None
    closed_by: str | None
    closed_why: str | None
    windows: int
    lacking: int
    first_due_at: datetime | None
    last_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Incidents:
    """The latest first."""

    incidents: tuple[IncidentLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListIncidents:
    """The latest incidents; only those that are open, unless all are asked for."""

    answer: ClassVar = Incidents
    closed: bool = False
    source: str | None = None
    limit: int = 100

    def check(self, where: str) -> None:
        """Raise ValueError for a number that cannot be."""
        check_number(f"{where}.limit", self.limit, 1, MAX_INCIDENTS)


class IncidentChange(StrEnum):
    """What a person does with an incident."""

    ACKNOWLEDGE = "acknowledge"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class IncidentChanged:
    """incident: None where there is none of this id. changed: False where it was done before."""

    incident: IncidentLine | None
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeIncident:
    """Acknowledge or close an incident. identity: the ARN that AWS knows the caller by."""

    answer: ClassVar = IncidentChanged
    id: int
    change: IncidentChange
    by: str
    why: str
    identity: str | None = None

    def check(self, where: str) -> None:
        """Raise ValueError where it names nobody, or no reason."""
        check_number(f"{where}.id", self.id, 1)
        check_filled(f"{where}.by", self.by)
        check_filled(f"{where}.why", self.why)
