"""The windows of an expectation: from when to when files arrive for which due time.

All moments are instants in UTC. Which window a file belongs to is said by when it was received, and
never by when somebody looks.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from rowledger.functions.domain.sources.expectation import MOST_DURATION, Expectation

# The due instants later than a moment, in their order.
DueAfter = Callable[[datetime], Iterator[datetime]]

# How far back the due time before a moment is looked for. The longest pause that cron can tell is
# that between two leap days, over the end of a century.
_LOOK_BACK = tuple(timedelta(days=days) for days in (0.1, 1, 8, 40, 400, 3000))


@dataclass(frozen=True, slots=True)
class Window:
    """Files received later than `opens`, and by `ends`, are in it.

    due: by when they are on time. late_until: what is received by then may still be the late file
    of a window that lacks it.
    """

    opens: datetime
    due: datetime
    ends: datetime
    late_until: datetime


@dataclass(frozen=True, slots=True)
class Timetable:
    """When the files of an expectation are due.

    due_after: by its schedule alone. free_days: of its calendar, on which nothing is due.
    """

    expectation: Expectation
    due_after: DueAfter
    free_days: frozenset[date] = frozenset()

    def local(self, moment: datetime) -> datetime:
        """The same moment in the expectation's time zone."""
        return moment.astimezone(ZoneInfo(self.expectation.time_zone))

    def due_times(self, after: datetime) -> Iterator[datetime]:
        """Yield the due times later than a moment."""
        return (
            due for due in self.due_after(after) if self.local(due).date() not in self.free_days
        )

    def windows(self, since: datetime, until: datetime) -> Iterator[Window]:
        """Yield the windows that are due at `since` or later, and before `until`."""
        before = self._due_before(since)
        due_times = self.due_times(since - timedelta(microseconds=1))
        due = next(due_times, None)
        while due is not None and due < until:
            following = next(due_times, None)
            yield self._window(before, due, following)
            before, due = due, following

    def _due_before(self, moment: datetime) -> datetime | None:
        for back in _LOOK_BACK:
            earlier = takewhile(lambda due: due < moment, self.due_times(moment - back))
            if (latest := max(earlier, default=None)) is not None:
                return latest
        return None

    def _window(self, before: datetime | None, due: datetime, following: datetime | None) -> Window:
        rules = self.expectation
        ends = due + rules.grace_time
        ended_before = due - MOST_DURATION if before is None else before + rules.grace_time
        opens = ended_before
        if rules.opens_before is not None:
            opens = max(opens, due - rules.opens_before)
        # What is in force has a grace shorter than the pause; a day when clocks change may differ.
        opens = min(opens, due)
        return Window(opens, due, ends, self._late_until(ends, following))

    def _late_until(self, ends: datetime, following: datetime | None) -> datetime:
        rules = self.expectation
        if rules.names_are_dated:
            return ends + MOST_DURATION
        if following is None or following <= ends:
            return ends
        if rules.opens_before is not None:
            return max(ends, following - rules.opens_before)
        # Nearer to this window than to the time when the next files are due.
        return ends + (following - ends) / 2
