"""What the schedule of the mails has csv-processor do; and which outcomes are mailed."""

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from aws_lambda_powertools import Logger, Metrics

from rowledger.functions.domain.deadline import Deadline
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.ledger import Claim
from rowledger.functions.domain.mail import MailedStatuses
from rowledger.functions.domain.notification import Notification
from rowledger.functions.domain.outcome import Status, examine
from rowledger.functions.handlers.waiting_mails import SCHEDULED, WaitingMails
from rowledger.functions.services.outbox import Outbox
from tests.fakes.ledger import FakeLedger
from tests.fakes.mail_queue import FakeMailQueue
from tests.fakes.notifier import FakeNotifier
from tests.unit.builders import an_upload
from tests.unit.test_processor_handler import Function, lines

OUTCOME = examine([b"a\n1\n"], header=True)


class Minutes:
    """A queue whose budget is spent, in a world where time is set."""

    def __init__(self, *, digests: bool = True) -> None:
        self.time = datetime(2026, 11, 22, tzinfo=UTC)
        self.seconds = 0.0
        self.slept: list[float] = []
        self.ledger = FakeLedger(now=lambda: self.time)
        self.queue = FakeMailQueue(self.ledger, mails_a_minute=30)
        self.notifier = FakeNotifier()
        outbox = Outbox(
            self.ledger, self.queue, self.notifier, digests, pause_seconds=2, sleep=self._sleep
        )
        self.outbox = outbox
        self.mails = WaitingMails(outbox, self.queue, lambda: self.seconds)
        self.metrics = Metrics(namespace="Rowledger", service="test")
        self.logger = Logger(service="waiting-mails-test", logger_handler=logging.NullHandler())
        self.metrics.clear_metrics()

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds
        self.time += timedelta(seconds=seconds)

    def outcomes(self, number: int) -> None:
        """Commit so many and send what the budget allows."""
        for each in range(number):
            claim = self.ledger.claim(an_upload(f"{each}.csv"), f"r{each}")
            assert isinstance(claim, Claim)
            message = Notification(f"m-{each}", "s", "b", {"status": "SUCCESS"}, event="{}")
            pending = self.ledger.commit(
                claim, OUTCOME, message, backup_version_id=None, duration_ms=1
            )
            self.outbox.send(pending, self._never())

    def _never(self) -> Deadline:
        return Deadline(1e9, lambda: self.seconds)

    def tick(self, seconds: float = 235.0) -> dict[str, list[float]]:
        """Have the schedule's event handled; return what was measured."""
        try:
            self.mails.send("tick", seconds=seconds, logger=self.logger, metrics=self.metrics)
            return {name: each["Value"] for name, each in self.metrics.metric_set.items()}
        finally:  # all Metrics share what was measured
            self.metrics.clear_metrics()


def test_what_waits_is_measured_before_it_is_due() -> None:
    world = Minutes()
    world.outcomes(5)
    assert len(world.notifier.published) == 3
    world.time += timedelta(seconds=30)
    assert world.tick() == {"MailWaitSeconds": [30.0]}
    assert len(world.notifier.published) == 3


def test_what_waits_goes_out_in_one_digest() -> None:
    world = Minutes()
    world.outcomes(5)
    world.time += timedelta(seconds=60)
    assert world.tick() == {"MailWaitSeconds": [0.0]}
    assert [each.subject for each in world.notifier.published[3:]] == [
        "Digest: 0 rejected, 2 succeeded"
    ]


def test_without_digests_they_go_out_one_by_one_as_fast_as_the_budget_allows() -> None:
    world = Minutes(digests=False)
    world.outcomes(5)
    assert world.tick() == {"MailWaitSeconds": [0.0]}
    assert [each.message_id for each in world.notifier.published] == [f"m-{n}" for n in range(5)]
    assert world.slept == [2, 2]


def test_without_digests_it_ends_before_the_next_minute() -> None:
    world = Minutes(digests=False)
    world.outcomes(60)
    (wait,) = world.tick()["MailWaitSeconds"]
    assert 45 < wait <= 50
    assert world.seconds <= 50
    (wait,) = world.tick(seconds=10)["MailWaitSeconds"]
    assert world.seconds <= 60


@pytest.mark.parametrize("code", [FaultCode.NOTIFICATION, FaultCode.NOTIFICATION_UNANSWERED])
def test_a_fault_is_measured_and_not_raised(code: FaultCode) -> None:
    world = Minutes()
    world.outcomes(5)
    world.time += timedelta(seconds=60)
    world.notifier.faults = [FaultError(code, "no")]
    assert world.tick() == {"MailFaults": [1.0]}
    world.time += timedelta(seconds=60)
    assert world.tick() == {"MailWaitSeconds": [0.0]}
    assert len(world.notifier.published) == 4


@pytest.mark.parametrize("digests", [True, False])
def test_what_the_schedule_could_not_send_by_itself_waits_for_the_next_minute(
    digests: bool,  # noqa: FBT001 -- a parameter
) -> None:
    """Nobody else looks for it: its event is done with, and reconciliation comes hourly."""
    world = Minutes(digests=False)
    world.outcomes(5)
    world.notifier.faults = [FaultError(FaultCode.NOTIFICATION, "refused")]
    world.time += timedelta(seconds=60)
    assert world.tick() == {"MailFaults": [1.0]}
    world.time += timedelta(seconds=60)
    world.mails = WaitingMails(
        replace(world.outbox, digests=digests), world.queue, lambda: world.seconds
    )
    world.tick()
    world.time += timedelta(seconds=60)
    assert world.tick() == {"MailWaitSeconds": [0.0]}
    told = {each.message_id for each in world.notifier.published}
    assert len(told) == 5


def test_what_is_no_fault_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistake of the code's own is an error of the invocation, and raises its alarm."""
    world = Minutes()
    monkeypatch.setattr(FakeMailQueue, "oldest_wait", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        world.tick()


@pytest.fixture
def function() -> Function:
    return Function()


def test_the_schedules_event_is_no_upload(
    function: Function, capsys: pytest.CaptureFixture[str]
) -> None:
    function.invoke(SCHEDULED)
    (metrics,) = lines(capsys)
    assert metrics["MailWaitSeconds"] == [0.0]
    assert "RecordsIgnored" not in metrics
    assert not function.ledger.rows


def test_a_fault_is_logged_with_its_code(
    function: Function, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = FaultError(FaultCode.NOTIFICATION, "publishing the digest: AuthorizationError")

    def refuse(queue: FakeMailQueue, request_id: str) -> None:
        raise fault

    monkeypatch.setattr(FakeMailQueue, "pending_digest", refuse)
    function.invoke(SCHEDULED)
    log, metrics = lines(capsys)
    assert (log["level"], log["fault"]) == ("ERROR", "NOTIFICATION")
    assert log["message"] == "mails that wait could not be sent"
    assert "AuthorizationError" in log["exception"]
    assert metrics["MailFaults"] == [1.0]
    assert "MailWaitSeconds" not in metrics


@pytest.mark.parametrize(
    ("mailed", "expected"),
    [
        (MailedStatuses.ALL, {Status.SUCCESS, Status.FAILED}),
        (MailedStatuses.FAILURES, {Status.FAILED}),
        (MailedStatuses.NONE, set()),
    ],
)
def test_which_outcomes_are_mailed(mailed: MailedStatuses, expected: set[Status]) -> None:
    assert {each for each in (Status.SUCCESS, Status.FAILED) if mailed.include(each)} == expected
