"""The ledger in PostgreSQL against its model: any call, by any attempt, in any order, at once.

Nothing that is drawn depends on what a race came to, so that every run draws the same.
"""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from itertools import count

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from rowledger.domain.ledger import InProgress
from rowledger.domain.replay import Source
from rowledger.errors import FaultCode
from tests.faults.ledger_calls import (
    AskingToPublish,
    Call,
    Claiming,
    Committing,
    GivingUpPublishing,
    Known,
    MarkingSent,
    Releasing,
    Reopening,
    Returned,
    answer_of,
    nth_last,
    perform,
)
from tests.faults.ledger_invariants import check_history, check_moment
from tests.faults.ledger_model import Model, Word, identity
from tests.faults.ledger_order import explain
from tests.faults.ledger_workers import Crew
from tests.unit.builders import RECEIVED, an_upload

Drawn = st.SearchStrategy

# Two versions of one key in the same millisecond, and another key. The first comes up most.
UPLOADS = {
    "orders v1": ("orders.csv", "v1"),
    "orders v2": ("orders.csv", "v2"),
    "stock v1": ("stock.csv", "v1"),
}
uploads = st.sampled_from([*UPLOADS, "orders v1", "orders v1", "orders v2"])
requests = st.sampled_from(["r1", "r2", "r3"])
agos = st.integers(0, 3)
outcomes = st.one_of(st.none(), st.integers(0, 9))
reasons = st.sampled_from([FaultCode.STORAGE, FaultCode.TIME_UP])
topic_message_ids = st.sampled_from(["sns-1", "sns-2", "sns-3"])
workers = st.integers(0, 2)
# After how many answers the connection dies, if it does.
deaths = st.one_of(st.none(), st.none(), st.none(), st.integers(0, 5))


def claiming(of: Drawn[str]) -> Drawn[Call]:
    return st.builds(Claiming, of, requests)


def committing(of: Drawn[str]) -> Drawn[Call]:
    return st.builds(Committing, of, agos, outcomes)


def releasing(of: Drawn[str]) -> Drawn[Call]:
    return st.builds(Releasing, of, agos, reasons)


def asking_to_publish(of: Drawn[str]) -> Drawn[Call]:
    return st.builds(AskingToPublish, of, requests)


def marking_sent(of: Drawn[str]) -> Drawn[Call]:
    return st.builds(MarkingSent, of, agos, topic_message_ids)


def giving_up_publishing(of: Drawn[str]) -> Drawn[Call]:
    return st.builds(GivingUpPublishing, of, agos)


def reopening(of: Drawn[str]) -> Drawn[Call]:
    return st.builds(Reopening, of, st.frozensets(uploads, max_size=1), st.sampled_from(Source))


def racing(of: Drawn[str]) -> Drawn[list[Call]]:
    kinds = (
        claiming,
        committing,
        releasing,
        asking_to_publish,
        marking_sent,
        giving_up_publishing,
        reopening,
    )
    return st.lists(st.one_of([kind(of) for kind in kinds]), min_size=2, max_size=3)


# About one upload, or about any.
races = st.one_of(uploads.flatmap(lambda of: racing(st.just(of))), racing(uploads))


class LedgerMachine(RuleBasedStateMachine):
    """example: its uploads are its own, in a ledger that others have written to before."""

    def __init__(self, crew: Crew, example: int) -> None:
        super().__init__()
        self.crew = crew
        self.bucket = f"bucket-{example}"
        received_at = RECEIVED + timedelta(days=example)
        self.known = Known(
            {
                of: an_upload(key, version_id, bucket=self.bucket, received_at=received_at)
                for of, (key, version_id) in UPLOADS.items()
            }
        )
        self.model = Model()
        self.earlier = self.view = crew.view(self.bucket)

    @rule(call=claiming(uploads), by=workers, dies_after=deaths)
    def claim(self, call: Call, by: int, dies_after: int | None) -> None:
        self.make(call, by, dies_after)

    @rule(call=committing(uploads), by=workers, dies_after=deaths)
    def commit(self, call: Call, by: int, dies_after: int | None) -> None:
        self.make(call, by, dies_after)

    @rule(call=releasing(uploads), by=workers, dies_after=deaths)
    def release(self, call: Call, by: int, dies_after: int | None) -> None:
        self.make(call, by, dies_after)

    @rule(call=asking_to_publish(uploads), by=workers, dies_after=deaths)
    def ask_to_publish(self, call: Call, by: int, dies_after: int | None) -> None:
        self.make(call, by, dies_after)

    @rule(call=marking_sent(uploads), by=workers, dies_after=deaths)
    def mark_sent(self, call: Call, by: int, dies_after: int | None) -> None:
        self.make(call, by, dies_after)

    @rule(call=giving_up_publishing(uploads), by=workers, dies_after=deaths)
    def give_up_publishing(self, call: Call, by: int, dies_after: int | None) -> None:
        self.make(call, by, dies_after)

    @rule(call=reopening(uploads), by=workers, dies_after=deaths)
    def reopen(self, call: Call, by: int, dies_after: int | None) -> None:
        self.make(call, by, dies_after)

    @rule(calls=races, gate=st.booleans(), victim=st.one_of(st.none(), st.none(), workers))
    def race(self, calls: list[Call], gate: bool, victim: int | None) -> None:  # noqa: FBT001
        """gate: see Crew.at_once. victim: the call whose connection is ended meanwhile."""
        calls = [call for call in calls if call.is_possible(self.known)]
        if not calls:
            return
        if victim is not None:
            victim %= len(calls)
        tasks = []
        for number, call in enumerate(calls):
            crew = self.crew.operators if call.by_operator else self.crew.workers
            tasks.append((crew[number], partial(perform, call, self.known)))
        returned = self.crew.at_once(
            tasks, past_gate=list(self.known.uploads.values()) if gate else [], victim=victim
        )
        self.account_for(calls, returned, None if victim is None else calls[victim])

    @rule(of=uploads)
    def lease_ends(self, of: str) -> None:
        if of in self.known.file_ids:
            self.crew.end_lease(self.known.file_ids[of])
            self.model.lease_ends(self.known.uploads[of])
            self.look()

    @rule(of=uploads, ago=agos)
    def right_to_publish_ends(self, of: str, ago: int) -> None:
        if self.known.messages[of]:
            pending = nth_last(self.known.messages[of], ago)
            self.crew.end_publishing(pending.id)
            self.model.publishing_ends(self.known.uploads[of], pending.notification.message_id)
            self.look()

    @invariant()
    def ledger_is_what_the_model_says(self) -> None:
        assert self.view.as_model() == self.model

    @invariant()
    def nothing_is_lost_doubled_or_rewritten(self) -> None:
        check_moment(self.view)
        check_history(self.earlier, self.view)

    def make(self, call: Call, by: int, dies_after: int | None) -> None:
        if not call.is_possible(self.known):
            return
        worker = (self.crew.operators if call.by_operator else self.crew.workers)[by]
        with worker.database.dying_after(dies_after):
            returned = perform(call, self.known, worker.ledger)
        self.account_for([call], [returned], call if dies_after else None)
        if isinstance(returned, InProgress):
            assert returned.until in self.view.lease_ends(), "it says until when"

    def account_for(
        self, calls: Sequence[Call], returned: Sequence[Returned], struck: Call | None
    ) -> None:
        """struck: the one that may have lost its answer."""
        self.look()
        answered = [(call, answer_of(each)) for call, each in zip(calls, returned, strict=True)]
        for call, answer in answered:
            if answer is Word.NO_ANSWER:
                assert call is struck, f"no answer to {call}"
                assert not call.survives_a_lost_answer, f"no second try of {call}"
        stands = self.view.as_model()
        model = explain(self.model, self.known, answered, stands)
        assert model, f"\nbefore: {self.model}\nanswers: {answered}\nafter: {stands}"
        self.model = model
        for call, each in zip(calls, returned, strict=True):
            self.known.learn(call.of, each)

    def look(self) -> None:
        self.earlier, self.view = self.view, self.crew.view(self.bucket)
        ids = self.view.file_ids()
        self.known.file_ids = {
            of: ids[identity(upload)]
            for of, upload in self.known.uploads.items()
            if identity(upload) in ids
        }


def test_the_ledger_is_what_its_model_says(crew: Crew, full: bool) -> None:  # noqa: FBT001
    examples = count()

    class Machine(LedgerMachine):
        def __init__(self) -> None:
            super().__init__(crew, next(examples))

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=300 if full else 40,
            stateful_step_count=50,
            derandomize=not full,
            deadline=None,
            # A race cannot be repeated exactly, and each try at a smaller example takes its time.
            phases=[Phase.generate],
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
