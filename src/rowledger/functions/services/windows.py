"""Evaluates the windows whose time has come, each once, and tells what is missing.

The database's clock says what has ended; what became of it, only the files' own times say. So a
check that comes late, or twice, records the same as one that comes at once.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from rowledger.functions.domain.deadline import Deadline
from rowledger.functions.domain.faults import FaultError
from rowledger.functions.domain.notification import Notification, PendingNotification
from rowledger.functions.domain.sources.evaluation import (
    Evaluation,
    WindowState,
    can_be_decided,
    evaluate,
    evaluate_late,
)
from rowledger.functions.domain.sources.window_message import USUAL_FILES, announce_window
from rowledger.functions.domain.sources.window_rows import EvaluatedWindow, ExpectationRow
from rowledger.functions.domain.sources.windows import Timetable, Window
from rowledger.functions.ports.schedules import Schedules
from rowledger.functions.ports.windows import WindowStore
from rowledger.functions.services.outbox import Outbox

# After the time for late files: an upload whose event was lost is found by reconciliation later.
_FOUND_LATER = timedelta(days=3)


@dataclass(slots=True)
class WindowCheckResult:
    """What a check did. windows: by state. completed: windows that were completed after all.

    missing: of open incidents, by now. unreadable: expectations that could not be read, with the
    reason. untold: why messages could not be sent yet. finished: whether it came to the end.
    """

    windows: Counter[WindowState] = field(default_factory=Counter)
    completed: int = 0
    closed: int = 0
    missing: int = 0
    unreadable: dict[str, str] = field(default_factory=dict)
    untold: list[str] = field(default_factory=list)
    finished: bool = True


@dataclass(frozen=True, slots=True)
class WindowCheck:
    """settle: how long after its end a window is evaluated. mails: whether people are told of what
    is not as expected.
    """

    store: WindowStore
    schedules: Schedules
    outbox: Outbox
    settle: timedelta
    mails: bool = True

    def run(self, request_id: str, deadline: Deadline) -> WindowCheckResult:
        """Do one check, as far as there is time: the next one goes on.

        An expectation that cannot be read is named, and stops no other.
        """
        run = _Run(self, request_id, deadline, self.store.now())
        return run.check()


@dataclass(slots=True)
class _Run:
    parts: WindowCheck
    request_id: str
    deadline: Deadline
    now: datetime
    result: WindowCheckResult = field(default_factory=WindowCheckResult)

    def check(self) -> WindowCheckResult:
        store = self.parts.store
        for row, lacking in store.lacking(_FOUND_LATER):
            if self._has_time() and (table := self._table(row)):
                self._complete(row, table, lacking)
        # An expectation that was changed is two, of which one goes on where the other ended.
        latest: dict[tuple[str, str], EvaluatedWindow | None] = {}
        for row, last in store.unfinished():
            name = (row.source, row.name)
            if self._has_time() and (table := self._table(row)):
                latest[name] = self._evaluate_all(row, table, latest.get(name, last))
        self.result.closed = store.close_incidents()
        self.result.missing = store.windows_missing()
        return self.result

    def _has_time(self) -> bool:
        self.result.finished = self.result.finished and self.deadline.left() > 0
        return self.result.finished

    def _table(self, row: ExpectationRow) -> Timetable | None:
        try:
            expectation, free_days = row.read()
            due = partial(self.parts.schedules.due, expectation.schedule, expectation.time_zone)
            table = Timetable(expectation, due, free_days)
            table.due_times(self.now)
        except (LookupError, ValueError) as error:
            self.result.unreadable[f"{row.source}/{row.name}"] = str(error)
            return None
        return table

    def _evaluate_all(
        self, row: ExpectationRow, table: Timetable, last: EvaluatedWindow | None
    ) -> EvaluatedWindow | None:
        """Evaluate the windows of an expectation that have ended; return the last evaluated one."""
        since = max(row.since, last.window.due + timedelta(microseconds=1)) if last else row.since
        until = min(row.until or self.now, self.now)
        first = next(table.due_times(since - timedelta(microseconds=1)), None)
        if first is None or first >= until:
            until = since
        elif self.now < first + table.expectation.grace_time + self.parts.settle:
            # The most frequent case, told apart by one look at the schedule.
            return last
        for window in table.windows(since, until):
            evaluated = self._evaluate(row, table, window, last) if self._has_time() else None
            if evaluated is None:
                return last
            last = evaluated
        if row.until is not None and row.until <= self.now:
            self.parts.store.finish(row)
        return last

    def _evaluate(
        self,
        row: ExpectationRow,
        table: Timetable,
        window: Window,
        last: EvaluatedWindow | None,
    ) -> EvaluatedWindow | None:
        """Evaluate a window and return it; None where its time has not come, or another did."""
        if self.now < window.ends + self.parts.settle:
            return None
        dated = table.expectation.names_are_dated
        if last and last.is_lacking and not last.complete and not dated:
            # What comes in this time is late for that one.
            opens = max(window.opens, min(last.window.late_until, window.due))
            window = replace(window, opens=opens)
        arrived = self.parts.store.arrived(row, window.opens, window.ends)
        if not can_be_decided(window, arrived, self.now, self.parts.settle):
            return None
        found = evaluate(table.expectation, window, table.local(window.due), arrived)
        message = self._message(row, table, window, found)
        recorded = self.parts.store.record(row, window, found, message, self.request_id)
        if recorded is None:
            return None
        evaluation_id, pending = recorded
        self.result.windows[found.state] += 1
        self._tell(pending)
        complete = found.completed_at is not None
        evaluated = EvaluatedWindow(
            evaluation_id, window, found.state, complete=complete, completed_late=False
        )
        return self._complete(row, table, evaluated) if evaluated.is_lacking else evaluated

    def _complete(
        self, row: ExpectationRow, table: Timetable, lacking: EvaluatedWindow
    ) -> EvaluatedWindow:
        """Look for what completes a window after all; return it as it is then."""
        window = lacking.window
        until = min(window.late_until, self.now)
        arrived = self.parts.store.arrived(row, window.opens, until, evaluation_id=lacking.id)
        local = table.local(window.due)
        found = evaluate_late(table.expectation, window, local, arrived)
        if found is None:
            return lacking
        message = self._message(row, table, window, found, after_all=True)
        pending = self.parts.store.record_late(row, lacking.id, found, message, self.request_id)
        if pending is not None:
            self.result.completed += 1
            self._tell(pending)
        return replace(lacking, completed_late=True)

    def _tell(self, pending: PendingNotification) -> None:
        """Send what is on record; where that fails, whoever sends what waits does it."""
        try:
            self.parts.outbox.send(pending, self.deadline)
        except FaultError as fault:
            self.result.untold.append(str(fault))

    def _message(
        self,
        row: ExpectationRow,
        table: Timetable,
        window: Window,
        found: Evaluation,
        *,
        after_all: bool = False,
    ) -> Notification:
        # What is as expected is told without what is usual.
        files = 0 if found.state.as_expected else USUAL_FILES
        arrivals = files and self.parts.store.last_arrivals(row.source, window.ends, files)
        message = announce_window(row, table, window, found, arrivals or (), after_all=after_all)
        wanted = message.mail_wanted and self.parts.mails
        return replace(message, mail_wanted=wanted)
