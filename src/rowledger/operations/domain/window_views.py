"""The windows of a time as people look at them: those evaluated, and those to come, by now."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial

from rowledger.functions.domain.sources.evaluation import Evaluation, WindowState, evaluate
from rowledger.functions.domain.sources.windows import Timetable
from rowledger.functions.domain.window_requests import ExpectationNow, WindowLine, Windows
from rowledger.functions.ports.schedules import Schedules


class Standing(StrEnum):
    """How a window stands that has no evaluation yet.

    READY: all that is needed came, and its end is to come. OPEN: it did not yet. UPCOMING: its time
    has not come. ENDED: its evaluation is to come.
    """

    READY = "READY"
    OPEN = "OPEN"
    UPCOMING = "UPCOMING"
    ENDED = "ENDED"


@dataclass(frozen=True, slots=True)
class WindowView:
    """state: of a window that was evaluated; else how it stands.

    good: how many files. completed_late: when its files came after all.
    """

    source: str
    expectation: str
    time_zone: str
    opens_at: datetime
    due_at: datetime
    ends_at: datetime
    state: WindowState | Standing
    good: int
    completed_at: datetime | None
    completed_late: datetime | None = None
    problem: str = ""

    @property
    def is_missing(self) -> bool:
        """Whether it was evaluated as not as expected, and nothing completed it since."""
        state = self.state
        return isinstance(state, WindowState) and not state.as_expected and not self.completed_late

    @property
    def is_there(self) -> bool:
        """Whether all that is needed is there."""
        as_expected = isinstance(self.state, WindowState) and self.state.as_expected
        return as_expected or self.state is Standing.READY or self.completed_late is not None


def window_views(
    found: Windows, schedules: Schedules, since: datetime, until: datetime
) -> list[WindowView]:
    """Return the windows due at `since` or later and before `until`, by their due times.

    Raises:
        ValueError: an expectation cannot be read by this version.
    """
    views = [_evaluated(line) for line in found.lines]
    known = {(view.source, view.expectation, view.due_at) for view in views}
    for each in found.expectations:
        coming = _coming(each, schedules, found.at, since, until)
        views += [
            view for view in coming if (view.source, view.expectation, view.due_at) not in known
        ]
    return sorted(views, key=lambda view: (view.due_at, view.source, view.expectation))


def _evaluated(line: WindowLine) -> WindowView:
    evidence = line.late_evidence or line.evidence
    lacking = line.evidence.get("lacking_names", [])
    return WindowView(
        line.source,
        line.expectation,
        line.time_zone,
        line.opens_at,
        line.due_at,
        line.ends_at,
        line.state,
        len(evidence.get("files", ())),
        line.completed_at,
        line.late_completed_at,
        "; ".join((*line.evidence.get("problems", ()), *(f"no {name}" for name in lacking))),
    )


def _coming(
    each: ExpectationNow,
    schedules: Schedules,
    now: datetime,
    since: datetime,
    until: datetime,
) -> Iterator[WindowView]:
    rules, free_days = each.row.read()
    due = partial(schedules.due, rules.schedule, rules.time_zone)
    table = Timetable(rules, due, free_days)
    for window in table.windows(max(since, each.row.since), until):
        arrived = [file for file in each.arrived if window.opens < file.received_at <= window.ends]
        so_far = evaluate(rules, window, table.local(window.due), arrived)
        yield WindowView(
            each.row.source,
            each.row.name,
            rules.time_zone,
            window.opens,
            window.due,
            window.ends,
            _standing(so_far, window.opens, window.ends, now),
            len(so_far.files),
            so_far.completed_at,
            None,
            "; ".join(so_far.problems),
        )


def _standing(so_far: Evaluation, opens: datetime, ends: datetime, now: datetime) -> Standing:
    if now >= ends:
        return Standing.ENDED
    if so_far.state.as_expected:
        return Standing.READY
    return Standing.OPEN if now >= opens else Standing.UPCOMING
