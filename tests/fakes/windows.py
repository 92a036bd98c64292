"""Expectations, windows and incidents in memory, beside a fake ledger that keeps their messages."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from rowledger.functions.domain.notification import Notification, PendingNotification
from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.sources.evaluation import ArrivedFile, Evaluation
from rowledger.functions.domain.sources.window_rows import EvaluatedWindow, ExpectationRow
from rowledger.functions.domain.sources.windows import Window
from tests.fakes.ledger import FakeLedger
from tests.fakes.notifications import PUBLISH_LEASE, StoredNotification


@dataclass(slots=True)
class StoredEvaluation:
    """at: when it was recorded. late: what completed it after all."""

    row: ExpectationRow
    window: Window
    evaluation: Evaluation
    incident: int | None
    at: datetime
    late: Evaluation | None = None

    @property
    def is_lacking(self) -> bool:
        return self.incident is not None and self.late is None


@dataclass(slots=True)
class StoredIncident:
    source: str
    why_closed: str | None = None


@dataclass(slots=True)
class FakeWindowStore:
    """The fake of the WindowStore port; the time is the ledger's."""

    ledger: FakeLedger
    rows: list[ExpectationRow] = field(default_factory=list)
    finished: set[int] = field(default_factory=set)
    files: list[ArrivedFile] = field(default_factory=list)
    evaluations: dict[int, StoredEvaluation] = field(default_factory=dict)
    incidents: dict[int, StoredIncident] = field(default_factory=dict)

    def now(self) -> datetime:
        return self.ledger.now()

    def unfinished(self) -> Sequence[tuple[ExpectationRow, EvaluatedWindow | None]]:
        return [(row, self._last(row)) for row in self.rows if row.id not in self.finished]

    def lacking(self, found_later: timedelta) -> Sequence[tuple[ExpectationRow, EvaluatedWindow]]:
        latest = max((kept.at for kept in self.evaluations.values()), default=self.now())
        found = [
            (kept.row, self._evaluated(id_))
            for id_, kept in self.evaluations.items()
            if kept.is_lacking and kept.window.late_until >= latest - found_later
        ]
        return sorted(found, key=lambda each: each[1].window.due)

    def arrived(
        self,
        expectation: ExpectationRow,
        after: datetime,
        until: datetime,
        *,
        evaluation_id: int | None = None,
    ) -> Sequence[ArrivedFile]:
        used = {
            each
            for id_, kept in self._of(expectation)
            if id_ != evaluation_id
            for found in (kept.evaluation, kept.late)
            if found
            for each in found.files
        }
        return [
            each
            for each in self.files
            if after < each.received_at <= until
            and expectation.is_for(each.key)
            and each.id not in used
        ]

    def last_arrivals(self, source: str, by: datetime, limit: int) -> Sequence[datetime]:
        prefixes = tuple(row.prefix for row in self.rows if row.source == source)
        times = [
            each.received_at
            for each in self.files
            if each.status is Status.SUCCESS
            and each.key.startswith(prefixes)
            and each.received_at <= by
        ]
        return sorted(times, reverse=True)[:limit]

    def record(
        self,
        expectation: ExpectationRow,
        window: Window,
        evaluation: Evaluation,
        notification: Notification,
        request_id: str,
    ) -> tuple[int, PendingNotification] | None:
        if any(kept.window.due == window.due for _, kept in self._of(expectation)):
            return None
        incident, opened = None, False
        if not evaluation.state.as_expected:
            incident, opened = self._incident(expectation.source)
        id_ = len(self.evaluations) + 1
        self.evaluations[id_] = StoredEvaluation(
            expectation, window, evaluation, incident, self.now()
        )
        if evaluation.state.as_expected:
            self._close(expectation.source, "came")
        return id_, self._keep(notification, request_id, mailed=opened)

    def record_late(
        self,
        expectation: ExpectationRow,
        evaluation_id: int,
        evaluation: Evaluation,
        notification: Notification,
        request_id: str,
    ) -> PendingNotification | None:
        kept = self.evaluations[evaluation_id]
        if kept.late:
            return None
        kept.late = evaluation
        self._close(expectation.source, "came late")
        return self._keep(notification, request_id, mailed=False)

    def finish(self, expectation: ExpectationRow) -> None:
        self.finished.add(expectation.id)

    def close_incidents(self) -> int:
        return sum(self._close(each.source, "nothing left") for each in self.incidents.values())

    def windows_missing(self) -> int:
        return sum(
            kept.is_lacking and self.incidents[kept.incident or 0].why_closed is None
            for kept in self.evaluations.values()
        )

    def _of(self, row: ExpectationRow) -> list[tuple[int, StoredEvaluation]]:
        return [
            (id_, kept)
            for id_, kept in self.evaluations.items()
            if (kept.row.source, kept.row.name) == (row.source, row.name)
        ]

    def _evaluated(self, id_: int) -> EvaluatedWindow:
        kept = self.evaluations[id_]
        return EvaluatedWindow(
            id_,
            kept.window,
            kept.evaluation.state,
            complete=kept.evaluation.completed_at is not None,
            completed_late=kept.late is not None,
        )

    def _last(self, row: ExpectationRow) -> EvaluatedWindow | None:
        due = {kept.window.due: id_ for id_, kept in self._of(row)}
        return self._evaluated(due[max(due)]) if due else None

    def _incident(self, source: str) -> tuple[int, bool]:
        for id_, each in self.incidents.items():
            if each.source == source and each.why_closed is None:
                return id_, False
        id_ = len(self.incidents) + 1
        self.incidents[id_] = StoredIncident(source)
        return id_, True

    def _close(self, source: str, why: str) -> bool:
        in_force = [row for row in self.rows if row.source == source and row.until is None]
        if any(last.is_lacking for row in in_force if (last := self._last(row))):
            return False
        closed = False
        for each in self.incidents.values():
            if each.source == source and each.why_closed is None:
                each.why_closed, closed = why, True
        return closed

    def _keep(
        self, notification: Notification, request_id: str, *, mailed: bool
    ) -> PendingNotification:
        kept = replace(notification, mail_wanted=notification.mail_wanted and mailed)
        pending = PendingNotification(len(self.ledger.notifications) + 1, kept, request_id)
        self.ledger.notifications[pending.id] = StoredNotification(
            0, 0, pending, self.now() + PUBLISH_LEASE, alone=True
        )
        return pending
