"""Workers that meet at one row."""

from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from rowledger.functions.adapters.postgres.ledger import PostgresLedger
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.ledger import Claim, InProgress
from rowledger.functions.domain.notification import PendingNotification
from rowledger.functions.domain.replay import ReplayRequest, ReplaySource
from rowledger.functions.domain.upload import Upload
from tests.faults.ledger_workers import Crew
from tests.integration.ledger_bench import GOOD, WholeLedger, a_notification
from tests.unit.builders import an_upload

UPLOAD = an_upload()
REPLAY = ReplayRequest("ada", "the attempt was killed", ReplaySource.LEDGER)

T = TypeVar("T")


def claim(ledger: PostgresLedger, request_id: str, upload: Upload = UPLOAD) -> Claim:
    result = ledger.claim(upload, request_id)
    assert isinstance(result, Claim)
    return result


def commit(ledger: PostgresLedger, claim: Claim) -> PendingNotification:
    return ledger.commit(claim, GOOD, a_notification(), backup_version_id="b-1", duration_ms=12)


def all_at_once(crew: Crew, action: Callable[[PostgresLedger, str], T]) -> list[T]:
    """What becomes of it when every worker does it, each for a request of its own."""

    def task(request_id: str) -> Callable[[PostgresLedger], T]:
        return lambda ledger: action(ledger, request_id)

    tasks = [(worker, task(f"r{number}")) for number, worker in enumerate(crew.workers)]
    return crew.at_once(tasks, past_gate=[UPLOAD])


def fault_of_commit(ledger: PostgresLedger, claim: Claim) -> FaultCode | None:
    try:
        commit(ledger, claim)
    except FaultError as fault:
        return fault.code
    return None


def test_of_all_that_claim_at_once_one_begins(crew: Crew) -> None:
    for attempt in (1, 2, 3):
        results = all_at_once(crew, lambda ledger, request_id: ledger.claim(UPLOAD, request_id))
        (begun,) = (result for result in results if isinstance(result, Claim))
        assert begun.attempt == attempt
        others = [result for result in results if result is not begun]
        assert all(isinstance(result, InProgress) for result in others)
        crew.end_lease(begun.file_id)


def test_of_all_that_commit_one_attempt_at_once_one_does(crew: Crew) -> None:
    begun = claim(crew.workers[0].ledger, "r1")
    faults = all_at_once(crew, lambda ledger, request_id: fault_of_commit(ledger, begun))
    assert Counter(faults) == {None: 1, FaultCode.LEASE_LOST: len(crew.workers) - 1}


def test_of_all_that_would_publish_at_once_one_may(crew: Crew) -> None:
    first, *_ = crew.workers
    begun = claim(first.ledger, "r1")
    pending = commit(first.ledger, begun)
    for _ in range(3):
        crew.end_publishing(pending.id)
        answers = all_at_once(
            crew, lambda ledger, request_id: ledger.pending_notification(begun.file_id, request_id)
        )
        (taken,) = (answer for answer in answers if isinstance(answer, PendingNotification))
        assert taken.notification == pending.notification
        others = [answer for answer in answers if answer is not taken]
        assert all(isinstance(answer, InProgress) for answer in others)


def test_replays_of_the_same_uploads_do_not_wait_for_each_other_in_a_circle(crew: Crew) -> None:
    first, *_ = crew.workers
    another = an_upload("another.csv")
    for upload in (UPLOAD, another):
        crew.end_lease(claim(first.ledger, "r1", upload).file_id)
    in_both_orders = [[UPLOAD, another], [another, UPLOAD]]

    def task(uploads: list[Upload]) -> Callable[[WholeLedger], InProgress | None]:
        return lambda ledger: ledger.reopen(uploads, REPLAY)

    tasks = [
        (operator, task(uploads))
        for operator, uploads in zip(crew.operators, in_both_orders, strict=False)
    ]
    assert crew.at_once(tasks, past_gate=[UPLOAD, another]) == [None, None]


# A lease can end while somebody waits for its row: the end counts, not the start of the wait.


def test_a_commit_that_waited_past_its_lease_is_refused(crew: Crew) -> None:
    worker, *_ = crew.workers
    held = claim(worker.ledger, "r1")
    waited = crew.past_the_lease((worker, lambda ledger: fault_of_commit(ledger, held)), UPLOAD)
    assert waited is FaultCode.LEASE_LOST


def test_a_claim_that_waited_past_the_lease_takes_over(crew: Crew) -> None:
    first, second, *_ = crew.workers
    crew.end_lease(claim(first.ledger, "r1").file_id)
    waited = crew.past_the_lease((second, lambda ledger: claim(ledger, "r2")), UPLOAD)
    assert waited.attempt == 2


def test_a_publisher_that_waited_past_anothers_right_may_publish(crew: Crew) -> None:
    first, second, *_ = crew.workers
    begun = claim(first.ledger, "r1")
    pending = commit(first.ledger, begun)
    crew.end_publishing(pending.id)
    waited = crew.past_the_lease(
        (second, lambda ledger: ledger.pending_notification(begun.file_id, "r2")), UPLOAD
    )
    assert isinstance(waited, PendingNotification)


def test_a_replay_that_waited_past_the_lease_is_recorded(crew: Crew) -> None:
    worker, *_ = crew.workers
    claim(worker.ledger, "r1")
    waited = crew.past_the_lease(
        (crew.operators[0], lambda ledger: ledger.reopen([UPLOAD], REPLAY)), UPLOAD
    )
    assert waited is None
