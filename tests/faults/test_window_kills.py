"""A check of windows that is killed at each of its exchanges with the database and with SNS.

Killed before an exchange, nothing of it happened; behind it, it did, and nobody knows. Whatever it
was, the next check and whoever sends what waits leave what a check leaves that nobody killed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest
from pg8000.native import Connection

from rowledger.functions.adapters.postgres.database import PLAIN, Database, connect
from rowledger.functions.domain.deadline import Deadline
from rowledger.functions.domain.notification import Notification
from rowledger.functions.domain.outcome import Status
from rowledger.local.provisioning.database_logins import Login, Logins
from tests.fakes.credentials import FakeCredentials
from tests.fakes.notifier import FakeNotifier
from tests.integration.ledger_bench import on_postgres
from tests.integration.window_database import World

T = TypeVar("T")

# Of an exchange, in the short form: a number that shares no factor with what a check repeats.
STEP = 7
# More than a check makes.
MOST = 500
WINDOWS = [
    # due in hours before the last one, its state, whether its file came late
    (2, "ON_TIME", False),
    (1, "MISSING", False),
    (0, "MISSING", True),
]


class KilledError(BaseException):
    """The process is gone: no handler of an error runs in it."""


@dataclass
class Fate:
    """Ends a process at its n-th exchange. behind: once it has happened."""

    at: int = MOST
    behind: bool = False
    exchanges: int = 0
    dead: bool = False

    def around(self, exchange: Callable[[], T]) -> T:
        if self.dead:
            raise KilledError
        self.exchanges += 1
        last = self.exchanges == self.at
        self.dead = last and not self.behind
        if self.dead:
            raise KilledError
        answer = exchange()
        if last:
            self.dead = True
            raise KilledError
        return answer


class Fateful:
    """A connection of a process that may be killed."""

    def __init__(self, connection: Connection, fate: Fate) -> None:
        self._connection = connection
        self._fate = fate

    def run(self, sql: str, **parameters: Any) -> Any:  # noqa: ANN401 -- as the driver has it
        return self._fate.around(lambda: self._connection.run(sql, **parameters))

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- whatever a connection has
        return getattr(self._connection, name)


class FatefulNotifier(FakeNotifier):
    """What such a process publishes by; inner keeps it."""

    def __init__(self, inner: FakeNotifier, fate: Fate) -> None:
        super().__init__()
        self.inner = inner
        self.fate = fate

    def publish(self, notification: Notification) -> str:
        return self.fate.around(lambda: self.inner.publish(notification))

    def publish_event(self, notification: Notification) -> str:
        return self.fate.around(lambda: self.inner.publish_event(notification))


@dataclass
class Trial:
    """One source, whose windows are checked by a process that is killed and by one that is not."""

    world: World
    function: Login
    number: int

    @property
    def source(self) -> str:
        return f"trial-{self.number}"

    def prepare(self) -> datetime:
        """Have three windows that ended; return when the last one was due."""
        expectation = {"name": "hourly", "schedule": "0 * * * *"}
        prefix = f"acme/orders/{self.source}/"
        self.world.apply({"name": self.source, "prefix": prefix, "expectations": [expectation]})
        ((now,),) = self.world.rows("SELECT date_trunc('hour', now())")
        # Ended for long enough, whatever the time is.
        last: datetime = now - timedelta(hours=1)
        self.world.owner.run(
            "UPDATE expectation SET since = :since, until = :until WHERE source = :source",
            since=last - timedelta(hours=2, minutes=30),
            until=last + timedelta(minutes=5),
            source=self.source,
        )
        self.world.owner.run("UPDATE mail_budget SET spent_until = now()")
        first, late = last - timedelta(hours=2, minutes=10), last + timedelta(minutes=10)
        for moment in (first, late):
            self.world.put(moment, Status.SUCCESS, self.source, f"{self.source}/{moment:%H}.csv")
        return last

    def killed(self, fate: Fate) -> bool:
        """Check by a process with this fate; say whether it was killed."""

        def opened(*arguments: Any) -> Any:  # noqa: ANN401 -- as a connection
            return Fateful(connect(*arguments), fate)

        credentials = FakeCredentials(self.function.credentials)
        database = Database(credentials, PLAIN, open_connection=opened)
        notifier = FatefulNotifier(self.world.notifier, fate)
        doomed = replace(self.world, database=database, notifier=notifier)
        try:
            doomed.run(f"killed-{self.number}")
        except KilledError:
            return True
        finally:
            database.close()
        return False

    def recover(self) -> None:
        """What happens afterwards anyway: leases end, the next check, and who sends what waits."""
        self.world.owner.run("UPDATE notification SET lease_expires_at = now()")
        self.world.owner.run("UPDATE mail_budget SET spent_until = now()")
        self.world.run(f"next-{self.number}")
        self.world.outbox.send_waiting(f"sends-{self.number}", Deadline(60, lambda: 0))

    def check(self, last: datetime, where: str) -> None:
        windows = self.world.owner.run(
            "SELECT due_at, state, late_completed_at IS NOT NULL FROM evaluation"
            " WHERE source = :source ORDER BY due_at, id",
            source=self.source,
        )
        expected = [[last - timedelta(hours=hours), state, late] for hours, state, late in WINDOWS]
        assert windows == expected, where
        incidents = self.world.owner.run(
            "SELECT count(*), count(closed_at) FROM incident WHERE source = :source",
            source=self.source,
        )
        assert incidents == [[1, 1]], where
        messages = self.world.owner.run(
            "SELECT n.message_id, n.mail_wanted, n.event_sent_at IS NOT NULL,"
            " n.sent_at IS NOT NULL FROM notification n JOIN evaluation e"
            " ON e.id = n.evaluation_id WHERE e.source = :source ORDER BY n.id",
            source=self.source,
        )
        # One a window, and one of the file that came late; people are told of the incident once.
        assert [sent for *_, event, mail in messages for sent in (event, mail)] == [True] * 8, where
        assert sum(mail for _, mail, *_ in messages) == 1, where
        told = {message_id for message_id, *_ in messages}
        events = [each.message_id for each in self.world.notifier.events]
        mails = [each.message_id for each in self.world.notifier.published]
        assert set(events) == told, where
        assert set(mails) == {message_id for message_id, mail, *_ in messages if mail}, where
        # Killed between the two, what was published is published again, under the same id.
        assert len(events) + len(mails) <= len(told) + 1 + 1, where


@pytest.fixture
def trials(
    fresh_database: Login, owner_of_fresh_database: Login, logins: Logins
) -> Iterator[Iterator[Trial]]:
    operator = replace(logins.operator, database=owner_of_fresh_database.database).connect()
    owner, database = owner_of_fresh_database.connect(), on_postgres(fresh_database)

    def made() -> Iterator[Trial]:
        for number in range(2 * MOST):
            world = World(owner, operator, database, FakeNotifier())
            yield Trial(world, fresh_database, number)

    yield made()
    for connection in (database, owner, operator):
        connection.close()


def test_whenever_a_check_is_killed_each_window_is_evaluated_and_told_once(
    trials: Iterator[Trial], *, full: bool
) -> None:
    reference = next(trials)
    last = reference.prepare()
    untouched = Fate()
    assert not reference.killed(untouched)
    reference.recover()
    reference.check(last, "never killed")
    exchanges = untouched.exchanges
    assert 30 < exchanges < MOST, "a check has fewer or more exchanges than it is thought to"
    kills = 0
    for behind in (False, True):
        for at in range(1, exchanges + 1, 1 if full else STEP):
            trial = next(trials)
            last = trial.prepare()
            assert trial.killed(Fate(at, behind)), f"exchange {at} was not reached"
            kills += 1
            trial.recover()
            trial.check(last, f"killed {'behind' if behind else 'before'} exchange {at}")
    assert kills >= 2 * exchanges // (1 if full else STEP)
