# ruff: noqa: FBT001 -- rules and tests take what they are given by name
"""The ledger in PostgreSQL against its model: any call, by any attempt, in any order, at once.

docs/ledger-model.md explains how to read these tests and their failures. Nothing that is drawn
depends on what a race came to, so that every run draws the same.
"""

import sys
from itertools import count, product

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from rowledger.functions.domain.faults import FaultCode
from rowledger.functions.domain.replay import ReplaySource
from tests.faults.ledger_calls import (
    AskingToPublish,
    Call,
    Claiming,
    Committing,
    GivingUpPublishing,
    MarkingSent,
    Releasing,
    Reopening,
)
from tests.faults.ledger_trial import Trial
from tests.faults.ledger_workers import Crew

OF = "orders v1"
# No call takes more statements.
STATEMENTS = 7


def one_of_each(request: str, rows: int) -> list[Call]:
    """Every call about one upload."""
    return [
        Claiming(OF, request),
        Committing(OF, ago=0, rows=rows),
        Releasing(OF, ago=0, code=FaultCode.STORAGE),
        AskingToPublish(OF, request),
        MarkingSent(OF, ago=0, topic_message_id=f"sns for {request}"),
        GivingUpPublishing(OF, ago=0),
        Reopening(OF, others=frozenset({"stock v1"}), source=ReplaySource.LEDGER),
    ]


def test_a_call_whose_connection_dies_happened_or_did_not(crew: Crew) -> None:
    cut = product(one_of_each("r2", rows=2), range(STATEMENTS))
    for number, (call, answers) in enumerate(cut):
        trial = Trial(crew, number)
        trial.make(call, dies_after=answers, live=True)
        trial.make(call)


@pytest.mark.parametrize("ended", [False, True])
def test_two_calls_that_meet_come_to_what_one_after_the_other_would(
    crew: Crew, ended: bool
) -> None:
    """ended: the lease, or the right to publish, before they meet."""
    pairs = product(one_of_each("r2", rows=2), one_of_each("r3", rows=3))
    for number, calls in enumerate(pairs):
        trial = Trial(crew, number)
        for call in calls:
            trial.prepare(call, live=True)
        if ended:
            trial.end_lease(OF)
            trial.end_right_to_publish(OF)
        trial.race(calls, gate=True)


# Every call, with whatever is drawn.

Drawn = st.SearchStrategy

# The first comes up most, so that much happens to one upload.
uploads = st.sampled_from(["orders v1"] * 4 + ["orders v2"] * 2 + ["stock v1"])
requests = st.sampled_from(["r1", "r2", "r3"])
takers = st.one_of(st.none(), requests)
agos = st.integers(0, 3)
outcomes = st.one_of(st.none(), st.integers(0, 9))
reasons = st.sampled_from([FaultCode.STORAGE, FaultCode.TIME_UP])
topic_message_ids = st.sampled_from(["sns-1", "sns-2", "sns-3"])
workers = st.integers(0, 2)
victims = st.one_of(st.none(), st.none(), workers)
deaths = st.one_of(st.none(), st.none(), st.integers(0, 4))
lives = st.booleans()


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
    return st.builds(
        Reopening, of, st.frozensets(uploads, max_size=1), st.sampled_from(ReplaySource)
    )


def racing(of: Drawn[str]) -> Drawn[list[Call]]:
    """Two or three calls, of one kind or of any."""
    kinds = [
        kind(of)
        for kind in (
            claiming,
            committing,
            releasing,
            asking_to_publish,
            marking_sent,
            giving_up_publishing,
            reopening,
        )
    ]
    mixed = st.lists(st.one_of(kinds), min_size=2, max_size=3)
    alike = st.one_of([st.lists(calls, min_size=2, max_size=3) for calls in kinds])
    return st.one_of(mixed, alike)


# About one upload, or about any.
races = st.one_of(uploads.flatmap(lambda of: racing(st.just(of))), racing(uploads))


class LedgerMachine(RuleBasedStateMachine):
    """The docstrings of Trial's methods say what a rule draws."""

    def __init__(self, trial: Trial) -> None:
        super().__init__()
        self.trial = trial

    @rule(call=claiming(uploads), by=workers, dies_after=deaths, live=lives)
    def claim(self, call: Call, by: int, dies_after: int | None, live: bool) -> None:
        self.trial.make(call, by, dies_after, live=live)

    @rule(call=committing(uploads), by=workers, dies_after=deaths, live=lives)
    def commit(self, call: Call, by: int, dies_after: int | None, live: bool) -> None:
        self.trial.make(call, by, dies_after, live=live)

    @rule(call=releasing(uploads), by=workers, dies_after=deaths, live=lives)
    def release(self, call: Call, by: int, dies_after: int | None, live: bool) -> None:
        self.trial.make(call, by, dies_after, live=live)

    @rule(call=asking_to_publish(uploads), by=workers, dies_after=deaths, live=lives)
    def ask_to_publish(self, call: Call, by: int, dies_after: int | None, live: bool) -> None:
        self.trial.make(call, by, dies_after, live=live)

    @rule(call=marking_sent(uploads), by=workers, dies_after=deaths, live=lives)
    def mark_sent(self, call: Call, by: int, dies_after: int | None, live: bool) -> None:
        self.trial.make(call, by, dies_after, live=live)

    @rule(call=giving_up_publishing(uploads), by=workers, dies_after=deaths, live=lives)
    def give_up_publishing(self, call: Call, by: int, dies_after: int | None, live: bool) -> None:
        self.trial.make(call, by, dies_after, live=live)

    @rule(call=reopening(uploads), by=workers, dies_after=deaths, live=lives)
    def reopen(self, call: Call, by: int, dies_after: int | None, live: bool) -> None:
        self.trial.make(call, by, dies_after, live=live)

    @rule(calls=races, gate=st.booleans(), victim=victims, live=lives)
    def race(self, calls: list[Call], gate: bool, victim: int | None, live: bool) -> None:
        self.trial.race(calls, gate=gate, victim=victim, live=live)

    @rule(of=uploads, taken_over_by=takers)
    def lease_ends(self, of: str, taken_over_by: str | None) -> None:
        self.trial.end_lease(of, taken_over_by)

    @rule(of=uploads, ago=agos, taken_over_by=takers)
    def right_to_publish_ends(self, of: str, ago: int, taken_over_by: str | None) -> None:
        self.trial.end_right_to_publish(of, ago, taken_over_by)

    @invariant()
    def ledger_is_what_the_model_says(self) -> None:
        assert self.trial.view.as_model() == self.trial.model

    def teardown(self) -> None:
        # What failed in a race may not fail again when it is repeated: so it is reported at once.
        if sys.exc_info()[0]:
            sys.stdout.write("\n".join(["what was called:", *self.trial.story, ""]))


def test_the_ledger_is_what_its_model_says(crew: Crew, full: bool) -> None:
    numbers = count()

    class Machine(LedgerMachine):
        def __init__(self) -> None:
            super().__init__(Trial(crew, next(numbers)))

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=200 if full else 25,
            stateful_step_count=50,
            derandomize=not full,
            deadline=None,
            # Each try at a smaller example takes its time, and what fails in a race may not again.
            phases=[Phase.generate],
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
