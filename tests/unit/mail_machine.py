"""Draws orders of outcomes, crashes, repeated events and minutes that pass, and checks every mail.

The promises: each outcome is told to programs, and to people by exactly one message, its own or one
digest's, with the same content and id however often that is sent; and never faster than the budget.
"""

import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from rowledger.functions.domain.deadline import Deadline
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.ledger import Claim
from rowledger.functions.domain.mail import BURST
from rowledger.functions.domain.notification import Notification
from rowledger.functions.domain.outcome import Outcome, examine, record_of
from rowledger.functions.ports.ledger import Ledger
from rowledger.functions.ports.mail_queue import MailQueue
from rowledger.functions.services.outbox import Outbox
from tests.unit.builders import an_upload

GOOD = examine([b"a,b\n1,2\n"], header=True)
BAD = examine([b'a\n"'], header=True)
MAILS_A_MINUTE = 6
# What a crash may come before or after, in one of four runs.
CALLS = st.sampled_from(
    [None] * 27 + [(call, after) for call in range(1, 10) for after in (True, False)]
)
WANTED = st.sampled_from([True, True, True, False])
FOREVER = Deadline(1.0, lambda: 0.0)


class KilledError(BaseException):
    """The function is gone; nothing is given back."""


class WorldOfMails(Protocol):
    """A ledger, and a way to let time pass in it."""

    @property
    def ledger(self) -> Ledger: ...

    @property
    def queue(self) -> MailQueue: ...

    def pass_minutes(self, minutes: int) -> None: ...

    def digest_of(self) -> dict[str, str | None]:
        """Of each outcome that is announced, by message id: its digest's message id, or None."""

    def close(self) -> None: ...


@dataclass
class Mortal:
    """A part during whose calls the function may be killed."""

    part: Any
    crash: "Crash"

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- the part's own
        method = getattr(self.part, name)
        return lambda *args, **kwargs: self.crash.around(lambda: method(*args, **kwargs))


@dataclass
class Crash:
    """at: before or after (the second) which call, None for never."""

    at: tuple[int, bool] | None = None
    calls: int = 0

    def around(self, call: Callable[[], Any]) -> Any:  # noqa: ANN401 -- the part's own
        self.calls += 1
        if self.at == (self.calls, False):
            raise KilledError
        result = call()
        if self.at == (self.calls, True):
            raise KilledError
        return result


@dataclass
class Topic:
    """What was published, in order. refuses: how many publishes SNS refuses first."""

    mails: list[Notification] = field(default_factory=list)
    events: list[Notification] = field(default_factory=list)
    refuses: int = 0

    def publish(self, notification: Notification) -> str:
        self._refuse()
        self.mails.append(notification)
        return f"sns-{len(self.mails)}"

    def publish_event(self, notification: Notification) -> str:
        self._refuse()
        self.events.append(notification)
        return f"sns-event-{len(self.events)}"

    def _refuse(self) -> None:
        if self.refuses:
            self.refuses -= 1
            raise FaultError(FaultCode.NOTIFICATION, "refused")


class MailMachine(RuleBasedStateMachine):
    def world(self) -> WorldOfMails:
        """Open an empty ledger."""
        raise NotImplementedError

    @initialize(digests=st.booleans())
    def begin(self, digests: bool) -> None:  # noqa: FBT001 -- Hypothesis gives it
        self.it = self.world()
        self.topic = Topic()
        self.digests = digests
        self.requests = 0
        self.outcomes: dict[int, Notification] = {}
        self.budget: float = BURST
        self.began = time.monotonic()

    @rule(outcomes=st.lists(st.tuples(st.booleans(), WANTED, CALLS), min_size=1, max_size=8))
    def outcomes_come(self, outcomes: list[tuple[bool, bool, tuple[int, bool] | None]]) -> None:
        """Uploads come to their outcomes, one after the other."""
        for failed, wanted, crash in outcomes:
            self._outcome(crash, failed=failed, wanted=wanted)

    def _outcome(self, crash: tuple[int, bool] | None, *, failed: bool, wanted: bool) -> None:
        number = len(self.outcomes) + 1
        claim = self.it.ledger.claim(an_upload(f"{number}.csv"), self._request())
        assert isinstance(claim, Claim)
        outcome: Outcome = BAD if failed else GOOD
        status = record_of(outcome).status.value
        facts: dict[str, Any] = {
            "ledger_id": claim.file_id,
            "filename": f"{number}.csv",
            "rows_count": 1,
            "file_size_bytes": 1,
        }
        if failed:
            facts["error"] = {"code": "NOT_CSV", "message": "It is no CSV file."}
        notification = Notification(
            f"m-{number}",
            f"{status}: {number}",
            "body",
            {"status": status},
            json.dumps(facts),
            wanted,
        )
        pending = self.it.ledger.commit(
            claim, outcome, notification, backup_version_id=None, duration_ms=1
        )
        self.outcomes[claim.file_id] = notification
        self._run(crash, lambda outbox: outbox.send(pending, FOREVER))

    @precondition(lambda self: self.outcomes)
    @rule(data=st.data(), crash=CALLS)
    def repeated_event(self, data: st.DataObject, crash: tuple[int, bool] | None) -> None:
        file_id = data.draw(st.sampled_from(sorted(self.outcomes)))
        request = self._request()
        self._run(crash, lambda outbox: outbox.send_unsent(file_id, request, FOREVER))

    @rule(crash=CALLS)
    def tick(self, crash: tuple[int, bool] | None) -> None:
        """The schedule has the mails sent that wait."""
        request = self._request()
        self._run(crash, lambda outbox: outbox.send_waiting(request, FOREVER))

    @rule(minutes=st.sampled_from([1, 1, 2, 20]))
    def time_passes(self, minutes: int) -> None:
        self.it.pass_minutes(minutes)
        self.budget = min(BURST, self.budget + minutes * MAILS_A_MINUTE)

    @rule(times=st.integers(1, 2))
    def topic_refuses(self, times: int) -> None:
        self.topic.refuses = times

    def teardown(self) -> None:
        if not hasattr(self, "it"):
            return
        try:
            self.topic.refuses = 0
            for _ in range(3):
                self.time_passes(2)
                self.tick(None)
            for _ in range(3):
                self.time_passes(20)
                for file_id in self.outcomes:
                    request = self._request()
                    self._run(None, lambda o, f=file_id, r=request: o.send_unsent(f, r, FOREVER))  # type: ignore[misc]
                self.time_passes(20)
                for _ in range(len(self.outcomes) + 1):
                    self.tick(None)
                    self.time_passes(1)
            self._check()
        finally:
            self.it.close()

    def _check(self) -> None:
        assert not self.it.queue.oldest_wait(), "something is not marked as sent"
        told = {notification.message_id for notification in self.topic.events}
        assert told == {each.message_id for each in self.outcomes.values()}
        content: dict[str, set[tuple[str, str, str | None]]] = {}
        for sent in (*self.topic.mails, *self.topic.events):
            content.setdefault(sent.message_id, set()).add((sent.subject, sent.body, sent.event))
        assert all(len(each) == 1 for each in content.values()), content
        mailed = Counter(mail.message_id for mail in self.topic.mails)
        digest_of = self.it.digest_of()
        for notification in self.outcomes.values():
            digest = digest_of[notification.message_id]
            if not notification.mail_wanted:
                assert digest is None
                assert notification.message_id not in mailed
            elif digest is None:
                assert mailed[notification.message_id]
            else:
                assert mailed[digest]
                assert notification.message_id not in mailed

    def _request(self) -> str:
        self.requests += 1
        return f"r-{self.requests}"

    def _run(self, at: tuple[int, bool] | None, act: Callable[[Outbox], object]) -> None:
        """Have an outbox do something, which may be killed on the way."""
        crash = Crash(at)
        before = len(self.topic.mails)
        ledger: Any = Mortal(self.it.ledger, crash)
        queue: Any = Mortal(self.it.queue, crash)
        topic: Any = Mortal(self.topic, crash)
        try:
            act(Outbox(ledger, queue, topic, digests=self.digests, pause_seconds=2.0))
        except KilledError:
            pass
        except FaultError as fault:
            if fault.code not in (FaultCode.NOTIFICATION, FaultCode.UPLOAD_IN_PROGRESS):
                raise
        singles = [each for each in self.topic.mails[before:] if not each.message_id.count("-") > 1]
        self.budget -= len(singles)
        # On a real clock the budget grows meanwhile.
        grown = (time.monotonic() - self.began) * MAILS_A_MINUTE / 60
        assert self.budget + grown >= 0, "more mails than the budget has"
