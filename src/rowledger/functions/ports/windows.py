"""The port to what the ledger has of expectations, their windows, and incidents."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from rowledger.functions.domain.notification import Notification, PendingNotification
from rowledger.functions.domain.sources.evaluation import ArrivedFile, Evaluation
from rowledger.functions.domain.sources.window_rows import EvaluatedWindow, ExpectationRow
from rowledger.functions.domain.sources.windows import Window


class WindowStore(Protocol):
    """Every method raises FaultError (DATABASE_UNAVAILABLE, DATABASE_REFUSED or DATABASE).

    What is recorded is recorded once, whoever tries to: the others are answered None.
    """

    def now(self) -> datetime:
        """Return the time by the clock of the database."""

    def unfinished(self) -> Sequence[tuple[ExpectationRow, EvaluatedWindow | None]]:
        """Return the expectations of which windows are to be evaluated, now or later.

        Each with the last window of its source and name that has its evaluation.
        """

    def lacking(self, found_later: timedelta) -> Sequence[tuple[ExpectationRow, EvaluatedWindow]]:
        """Return the windows that lack files which may have come late.

        found_later: how long a late file may have been unknown when the latest window of all was
            evaluated. Until then each was looked at, and a check may have been down since.
        """

    def arrived(
        self,
        expectation: ExpectationRow,
        after: datetime,
        until: datetime,
        *,
        evaluation_id: int | None = None,
    ) -> Sequence[ArrivedFile]:
        """Return the files of the source that were received later than `after`, and by `until`.

        Good files that count for another window of the expectation are left out.
        evaluation_id: of the window that is asked for, where it has its evaluation.
        """

    def last_arrivals(self, source: str, by: datetime, limit: int) -> Sequence[datetime]:
        """Return when the last good files of a source were received, the latest first."""

    def record(
        self,
        expectation: ExpectationRow,
        window: Window,
        evaluation: Evaluation,
        notification: Notification,
        request_id: str,
    ) -> tuple[int, PendingNotification] | None:
        """Record an evaluation with its message, all together; return the id of the evaluation.

        Where it is not as expected, it belongs to the open incident of its source. Its mail is
        wanted only where that incident is opened by it. Where it is, and all else is well too, the
        incident is closed. None where the window has its evaluation.
        """

    def record_late(
        self,
        expectation: ExpectationRow,
        evaluation_id: int,
        evaluation: Evaluation,
        notification: Notification,
        request_id: str,
    ) -> PendingNotification | None:
        """Record what completed a window after all, with its message; the rest as record().

        None where that is recorded already.
        """

    def finish(self, expectation: ExpectationRow) -> None:
        """Record that all windows of an expectation that is no longer in force are evaluated."""

    def close_incidents(self) -> int:
        """Close the incidents of which no expectation is left that is not met; return how many."""

    def windows_missing(self) -> int:
        """Return how many windows of open incidents are not as expected, and were not completed."""
