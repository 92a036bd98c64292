"""A pipeline in memory whose time a test holds, with what is due in it."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from rowledger.functions.adapters.cron import CronSchedules
from rowledger.functions.domain.deadline import Deadline
from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.sources.evaluation import ArrivedFile, WindowState
from rowledger.functions.domain.sources.window_rows import ExpectationRow
from rowledger.functions.services.outbox import Outbox
from rowledger.functions.services.windows import WindowCheck, WindowCheckResult
from tests.fakes.ledger import FakeLedger
from tests.fakes.mail_queue import FakeMailQueue
from tests.fakes.notifier import FakeNotifier
from tests.fakes.windows import FakeWindowStore

# A Monday.
BEGIN = datetime(2026, 1, 5, tzinfo=UTC)


def at(text: str) -> datetime:
    """A moment of January 2026, such as "05 06:30", in UTC."""
    return datetime.fromisoformat(f"2026-01-{text}").replace(tzinfo=UTC)


def a_row(
    document: dict[str, Any] | None = None,
    *,
    since: datetime = BEGIN,
    until: datetime | None = None,
    **fields: Any,  # noqa: ANN401 -- those of a row
) -> ExpectationRow:
    """By default files of acme-orders are due at six on weekdays, with a grace of two hours."""
    told = {"name": "daily", "schedule": "0 6 * * 1-5", "grace": "2h", **(document or {})}
    values: dict[str, Any] = {
        "id": 1,
        "source": "acme-orders",
        "name": told["name"],
        "prefix": "acme/orders/",
        "match": None,
        "free_days": (),
        "sources_version": 3,
        **fields,
    }
    return ExpectationRow(document=told, since=since, until=until, **values)


SETTLE = timedelta(minutes=2)


class WindowWorld:
    """time: now. Files are in the ledger at once, unless a test puts them there later."""

    def __init__(self, *rows: ExpectationRow, mails: bool = True) -> None:
        self.time = BEGIN
        self.ledger = FakeLedger(now=lambda: self.time)
        self.store = FakeWindowStore(self.ledger, list(rows) or [a_row()])
        self.notifier = FakeNotifier()
        queue = FakeMailQueue(self.ledger)
        self.outbox = Outbox(self.ledger, queue, self.notifier, sleep=lambda _: None)
        self.check = WindowCheck(self.store, CronSchedules(), self.outbox, SETTLE, mails)

    def put(
        self,
        moment: datetime,
        name: str = "orders.csv",
        status: Status = Status.SUCCESS,
        prefix: str = "acme/orders/",
    ) -> ArrivedFile:
        file = ArrivedFile(len(self.store.files) + 1, f"{prefix}{name}", status, moment, 100)
        self.store.files.append(file)
        return file

    def run(self, moment: datetime, seconds: float = 60) -> WindowCheckResult:
        self.time = moment
        clock: Callable[[], float] = lambda: 0  # noqa: E731 -- a clock that stands
        return self.check.run(f"r-{moment.isoformat()}", Deadline(seconds, clock))

    def run_every(self, minutes: int, begin: datetime, end: datetime) -> None:
        moment = begin
        while moment <= end:
            self.run(moment)
            moment += timedelta(minutes=minutes)

    def states(self) -> dict[str, WindowState]:
        return {
            f"{kept.window.due:%d %H:%M}": kept.evaluation.state
            for kept in self.store.evaluations.values()
        }

    def lateness(self) -> dict[str, int]:
        """In minutes, of the windows that were completed after all."""
        return {
            f"{kept.window.due:%d %H:%M}": kept.late.late_seconds // 60
            for kept in self.store.evaluations.values()
            if kept.late
        }

    def mails(self) -> list[str]:
        return [each.body.splitlines()[0] for each in self.notifier.published]

    def told_of(self) -> Iterable[str]:
        """The ids of the events, in the order of their sending."""
        return [each.message_id for each in self.notifier.events]
