"""Planning a replay and doing it, over fakes."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rowledger.functions.domain.event import to_event
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.ledger import Claim, InProgress
from rowledger.functions.domain.notification import Notification
from rowledger.functions.domain.outcome import Deleted, Outcome, Status, examine
from rowledger.functions.domain.replay import ReplayRequest, ReplaySource
from rowledger.functions.domain.selection import Selection
from rowledger.functions.domain.upload import Upload
from rowledger.operations.domain.dead_letters import DeadLetter, QueuedMessage, read_letter
from rowledger.operations.domain.replay_plan import ReplayStep
from rowledger.operations.services.replay import Done, Pace, Replay
from tests.fakes.dispatcher import FakeDispatcher
from tests.fakes.failure_queue import FakeFailureQueue
from tests.fakes.ledger import FakeLedger
from tests.fakes.ledger_access import FakeLedgerQueries
from tests.fakes.storage import FakeStorage
from tests.unit.builders import BUCKET, SUFFIXES, an_event, an_upload

GOOD = examine([b"a\n1\n"], header=True)
BAD = examine([b""], header=True)
LEDGER = ReplayRequest("ada", "the cause is gone", ReplaySource.LEDGER)
QUEUE = ReplayRequest("ada", "the database is back", ReplaySource.DEAD_LETTERS)
EVERYTHING = Selection()
SENT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def a_message(event: Any, number: int = 1, **changes: Any) -> QueuedMessage:  # noqa: ANN401
    envelope = {
        "requestContext": {"condition": "RetriesExhausted", "approximateInvokeCount": 3},
        "requestPayload": event,
        "responsePayload": {"errorType": "FaultError", "errorMessage": "STORAGE: away"},
    } | changes
    sent_at = SENT + timedelta(seconds=number)
    return QueuedMessage(f"id-{number}", f"handle-{number}", sent_at, json.dumps(envelope))


def read(message: QueuedMessage) -> DeadLetter:
    return read_letter(message, bucket=BUCKET, suffixes=SUFFIXES)


class World:
    """A replay with its fakes, and a clock that sleeping moves."""

    def __init__(self, *messages: QueuedMessage) -> None:
        self.seconds = 0.0
        self.ledger = FakeLedger()
        self.queue = FakeFailureQueue(*messages)
        self.dispatcher = FakeDispatcher()
        self.storage = FakeStorage()
        self.replay = Replay(
            ledger=FakeLedgerQueries(self.ledger),
            actions=self.ledger,
            failure_queue=self.queue,
            dispatcher=self.dispatcher,
            input_bucket=self.storage,
            bucket=BUCKET,
            suffixes=SUFFIXES,
        )

    def account_for(self, upload: Upload, outcome: Outcome) -> None:
        self.storage.uploads[upload.bucket, upload.key, upload.version_id] = b""
        claim = self.ledger.claim(upload, "r1")
        assert isinstance(claim, Claim)
        notification = Notification(f"m-{claim.file_id}-{claim.attempt}", "s", "b")
        self.ledger.commit(claim, outcome, notification, backup_version_id=None, duration_ms=1)

    def plan(self, request: ReplayRequest, selection: Selection = EVERYTHING) -> list[ReplayStep]:
        with self.replay.planned(selection, request.source, limit=100) as steps:
            return steps

    def run(
        self,
        request: ReplayRequest,
        selection: Selection = EVERYTHING,
        per_second: float = 10,
    ) -> list[Done]:
        pace = Pace(per_second, lambda: self.seconds, self.sleep)
        with self.replay.planned(selection, request.source, limit=100) as steps:
            return list(self.replay.run(steps, request, pace))

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


def test_a_letter_says_what_failed_why_and_how_often() -> None:
    letter = read(a_message(an_event(an_upload())))
    assert (letter.uploads, letter.tries, letter.trouble) == ((an_upload(),), 3, None)
    assert letter.reason == "FaultError: STORAGE: away"


def test_a_letter_whose_event_grew_too_old_says_so() -> None:
    context = {"condition": "EventAgeExceeded", "approximateInvokeCount": 0}
    letter = read(a_message(an_event(an_upload()), requestContext=context, responsePayload=None))
    assert (letter.reason, letter.tries) == ("EventAgeExceeded", 0)


ENDLESS = '{"requestPayload": {}, "requestContext": {"approximateInvokeCount": 1e400}}'


@pytest.mark.parametrize(
    "body", ["", "text", "[]", "null", "{}", '{"requestPayload": {}}', ENDLESS]
)
def test_what_is_no_envelope_is_told_apart(body: str) -> None:
    letter = read(QueuedMessage("id", "handle", SENT, body))
    assert letter.trouble is not None
    assert "no record of a failed invocation" in letter.trouble
    assert letter.uploads == ()


def test_a_letter_whose_event_cannot_be_read_stays_with_its_reason() -> None:
    strange = a_message(an_event(an_upload(bucket="another")), 1)
    world = World(strange, a_message(an_event(an_upload()), 2))
    refused, sent = world.run(QUEUE)
    assert refused.skipped == "UNEXPECTED_BUCKET: another is not the input bucket " + BUCKET
    assert sent.skipped is None
    assert world.queue.messages == [strange]


def test_a_letter_is_sent_as_it_was_and_leaves_the_queue() -> None:
    event = an_event(an_upload()) | {"extra": 1}
    world = World(a_message(event))
    (done,) = world.run(QUEUE)
    assert (done.skipped, done.step.statuses) == (None, (None,))
    assert world.dispatcher.events == [event]
    assert world.queue.messages == []
    assert [replay[1]["reason"] for replay in world.ledger.replays] == ["the database is back"]


def test_a_letter_stays_when_its_event_is_not_accepted() -> None:
    world = World(a_message(an_event(an_upload())))
    world.dispatcher.faults = [FaultError(FaultCode.DISPATCH, "throttled")]
    with pytest.raises(FaultError, match="throttled"):
        world.run(QUEUE)
    assert len(world.queue.messages) == 1
    assert not world.queue.holding


def test_a_letters_finished_upload_is_not_reopened() -> None:
    world = World(a_message(an_event(an_upload())))
    world.account_for(an_upload(), GOOD)
    (done,) = world.run(QUEUE)
    assert done.step.statuses == (Status.SUCCESS,)
    assert world.ledger.histories(limit=1)[0].row.status == "SUCCESS"
    assert world.queue.messages == []


def test_letters_are_chosen_by_their_uploads_oldest_first() -> None:
    uploads = [an_upload("in/a.csv"), an_upload("in/b.csv"), an_upload("out/c.csv")]
    world = World(*(a_message(an_event(each), 9 - n) for n, each in enumerate(uploads)))
    steps = world.plan(QUEUE, Selection(prefix="in/"))
    assert [step.uploads for step in steps] == [(uploads[1],), (uploads[0],)]


def test_a_plan_changes_nothing() -> None:
    world = World(a_message(an_event(an_upload("queued.csv"))))
    world.account_for(an_upload(), BAD)
    assert len(world.plan(QUEUE)) == len(world.plan(LEDGER)) == 1
    assert world.dispatcher.events == world.ledger.replays == []
    assert world.ledger.histories(limit=1)[0].row.status == "FAILED"
    assert len(world.queue.messages) == 1


def test_a_row_is_reopened_and_its_upload_sent() -> None:
    world = World()
    world.account_for(an_upload(size_bytes=0), BAD)
    (done,) = world.run(LEDGER, Selection(status=Status.FAILED))
    assert (done.skipped, done.step.statuses) == (None, (Status.FAILED,))
    assert world.dispatcher.events == [to_event([an_upload(size_bytes=0)])]
    (found,) = world.ledger.histories(limit=1)
    assert (found.row.status, found.replays[0]["previous"]["status"]) == ("PROCESSING", "FAILED")


@pytest.mark.parametrize("outcome", [GOOD, BAD])
def test_an_outcome_whose_version_is_gone_is_left_and_a_preview_says_so(outcome: Outcome) -> None:
    world = World()
    for key in ("a.csv", "b.csv"):
        world.account_for(an_upload(key), outcome)
    del world.storage.uploads[BUCKET, "a.csv", "v1"]
    gone = "its version is gone"
    preview = list(world.replay.preview(world.plan(LEDGER)))
    assert [each.skipped for each in preview] == [gone, None]
    assert [each.skipped for each in world.run(LEDGER)] == [gone, None]
    assert [event["Records"][0]["s3"]["object"]["key"] for event in world.dispatcher.events] == [
        "b.csv"
    ]
    assert [identity[1] for identity, _ in world.ledger.replays] == ["b.csv"]


def test_a_version_that_goes_after_the_plan_is_seen_too() -> None:
    world = World()
    world.account_for(an_upload(), GOOD)
    steps = world.plan(LEDGER)
    world.storage.uploads.clear()
    (done,) = world.replay.run(steps, LEDGER, Pace(10, lambda: 0.0, world.sleep))
    assert done.skipped is not None
    assert world.ledger.histories(limit=1)[0].row.status == "SUCCESS"


def test_an_upload_without_an_outcome_to_lose_is_sent_though_its_version_is_gone() -> None:
    world = World(a_message(an_event(an_upload("queued.csv"))))
    world.account_for(an_upload("deleted.csv"), Deleted(0))
    claim = world.ledger.claim(an_upload("open.csv"), "r1")
    assert isinstance(claim, Claim)
    world.ledger.release(claim, FaultCode.STORAGE)
    world.storage.uploads.clear()
    for request, count in ((LEDGER, 2), (QUEUE, 1)):
        assert [done.skipped for done in world.run(request)] == [None] * count
    assert len(world.dispatcher.events) == 3


def test_what_cannot_be_looked_for_ends_the_run_with_nothing_changed() -> None:
    world = World()
    world.account_for(an_upload(), GOOD)
    world.storage.faults["has_version"] = [FaultError(FaultCode.STORAGE, "AccessDenied")]
    with pytest.raises(FaultError, match="AccessDenied"):
        world.run(LEDGER)
    assert world.dispatcher.events == world.ledger.replays == []
    assert world.ledger.histories(limit=1)[0].row.status == "SUCCESS"


def test_what_an_attempt_holds_is_skipped_with_its_reason() -> None:
    world = World(a_message(an_event(an_upload())))
    world.ledger.claim(an_upload(), "r1")
    for request in (LEDGER, QUEUE):
        (done,) = world.run(request)
        assert done.skipped is not None
        assert isinstance(done.skipped, InProgress)
    assert world.dispatcher.events == world.ledger.replays == []
    assert len(world.queue.messages) == 1


def test_what_an_attempt_takes_up_after_the_plan_is_skipped_too() -> None:
    world = World()
    claim = world.ledger.claim(an_upload(), "r1")
    assert isinstance(claim, Claim)
    world.ledger.release(claim, FaultCode.STORAGE)
    steps = world.plan(LEDGER)
    world.ledger.claim(an_upload(), "r2")
    (done,) = world.replay.run(steps, LEDGER, Pace(10, lambda: 0.0, world.sleep))
    assert done.skipped is not None
    assert world.dispatcher.events == []


def test_a_row_whose_event_is_not_accepted_is_named_and_ends_the_run() -> None:
    world = World()
    for key in ("a.csv", "b.csv"):
        world.account_for(an_upload(key), BAD)
    world.dispatcher.faults = [FaultError(FaultCode.DISPATCH, "throttled")]
    with pytest.raises(FaultError, match=r"throttled; 'a\.csv' was reopened and not sent"):
        world.run(LEDGER)
    assert [each.row.status for each in world.ledger.histories(limit=2)] == ["FAILED", "PROCESSING"]


@pytest.mark.parametrize(("per_second", "seconds"), [(10, 0.4), (0.5, 8), (1000, 0.004)])
def test_no_more_are_sent_a_second_than_asked(per_second: float, seconds: float) -> None:
    world = World()
    for number in range(5):
        world.account_for(an_upload(f"{number}.csv"), BAD)
    world.run(LEDGER, per_second=per_second)
    assert world.seconds == pytest.approx(seconds)
    assert len(world.dispatcher.events) == 5


def test_time_that_was_spent_otherwise_is_not_waited_for_nor_made_up() -> None:
    slept: list[float] = []
    now = [0.0]
    pace = Pace(1, lambda: now[0], slept.append)
    pace.wait()
    now[0] = 10.0
    pace.wait()
    assert slept == []
    pace.wait()
    assert slept == [1.0]
