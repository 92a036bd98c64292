"""What is found of an upload, and what a pass may claim."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowledger.functions.adapters.postgres.pass_totals import totals_document, totals_of
from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.reconciliation import (
    CLOCK_MARGIN,
    Entry,
    Facts,
    Finding,
    Heal,
    Offender,
    Pass,
    Totals,
    Verdict,
    complete_through,
    decide,
)
from tests.unit.builders import RECEIVED, an_upload

GRACE = timedelta(minutes=20)
OLD = timedelta(days=1)
YOUNG = timedelta(minutes=1)
BEGAN = datetime(2026, 11, 22, 12, tzinfo=UTC)
FINAL = Entry(
    file_id=1,
    upload=an_upload(),
    status=Status.SUCCESS,
    held=False,
    unsent=False,
    rows_count=1,
    sha256="ab",
    recorded_at=RECEIVED,
    duration_ms=1,
    receipt_key="r",
    backup_key="b",
    attempt=1,
    announced=True,
)
OPEN = replace(FINAL, status=Status.PROCESSING, rows_count=None, sha256=None, duration_ms=None)
DELETED = replace(FINAL, status=Status.FAILED, rows_count=None, sha256=None)


@pytest.mark.parametrize(
    ("facts", "verdict", "heals"),
    [
        (Facts(OLD, None), Verdict.MISSING, (Heal.PROCESS,)),
        (Facts(YOUNG, None), Verdict.IN_FLIGHT, ()),
        (Facts(OLD, replace(OPEN, held=True)), Verdict.IN_FLIGHT, ()),
        (Facts(YOUNG, OPEN), Verdict.IN_FLIGHT, ()),
        (Facts(OLD, OPEN), Verdict.MISSING, (Heal.TAKE_OVER,)),
        (Facts(YOUNG, FINAL), Verdict.SUCCEEDED, ()),
        (Facts(OLD, replace(FINAL, status=Status.FAILED)), Verdict.REJECTED, ()),
        (Facts(OLD, replace(FINAL, unsent=True)), Verdict.SUCCEEDED, (Heal.ANNOUNCE,)),
        (Facts(OLD, FINAL, receipt_there=False), Verdict.SUCCEEDED, (Heal.RECEIPT,)),
        (Facts(OLD, FINAL, backup_there=False), Verdict.SUCCEEDED, (Heal.BACKUP,)),
        (Facts(OLD, DELETED, backup_there=False), Verdict.REJECTED, ()),
        (
            Facts(OLD, replace(FINAL, unsent=True), receipt_there=False, backup_there=False),
            Verdict.SUCCEEDED,
            (Heal.ANNOUNCE, Heal.RECEIPT, Heal.BACKUP),
        ),
    ],
)
def test_the_decision_table(facts: Facts, verdict: Verdict, heals: tuple[Heal, ...]) -> None:
    assert decide(facts, GRACE) == Finding(verdict, heals)


ENTRIES = st.none() | st.builds(
    replace,
    st.sampled_from([FINAL, OPEN, DELETED]),
    held=st.booleans(),
    unsent=st.booleans(),
)
FACTS = st.builds(
    Facts,
    st.timedeltas(timedelta(seconds=-5), timedelta(days=9)),
    ENTRIES,
    receipt_there=st.booleans(),
    backup_there=st.booleans(),
)


@given(FACTS)
def test_what_is_in_flight_is_left_alone_and_what_is_missing_is_not(facts: Facts) -> None:
    finding = decide(facts, GRACE)
    if finding.verdict is Verdict.IN_FLIGHT:
        assert finding.heals == ()
    if finding.verdict is Verdict.MISSING:
        assert finding.heals


@given(FACTS)
def test_only_a_final_row_has_a_final_verdict(facts: Facts) -> None:
    is_final = facts.entry is not None and facts.entry.is_final
    found = decide(facts, GRACE).verdict
    assert (found in (Verdict.SUCCEEDED, Verdict.REJECTED)) == is_final


@given(FACTS, st.timedeltas(timedelta(), timedelta(days=9)))
def test_nothing_without_an_outcome_is_touched_within_the_grace(
    facts: Facts, grace: timedelta
) -> None:
    if facts.age < grace and (facts.entry is None or not facts.entry.is_final):
        assert decide(facts, grace) == Finding(Verdict.IN_FLIGHT)


def test_a_clean_pass_speaks_for_what_was_received_before_it_began() -> None:
    assert complete_through(Pass(1, BEGAN), None) == BEGAN - CLOCK_MARGIN


MOMENTS = st.none() | st.timedeltas(-timedelta(days=99), timedelta(days=9)).map(
    lambda distance: BEGAN + distance
)


@given(MOMENTS, MOMENTS)
def test_a_pass_speaks_for_nothing_at_or_after_an_upload_without_an_outcome(
    seen: datetime | None, in_ledger: datetime | None
) -> None:
    finished = Pass(1, BEGAN, totals=Totals(oldest_open=seen))
    through = complete_through(finished, in_ledger)
    assert through < BEGAN
    assert all(through <= moment for moment in (seen, in_ledger) if moment)


def test_totals_come_back_from_their_document() -> None:
    totals = Totals(
        received=3,
        ignored=1,
        offender_count=1,
        offenders=[Offender("ä.csv", "v1", "gone")],
        oldest_open=RECEIVED,
    )
    totals.verdicts[Verdict.MISSING] = 3
    totals.needed[Heal.PROCESS] = 3
    assert totals_of(totals_document(totals)) == totals
    assert totals_of(totals_document(Totals())) == Totals()


def test_a_pass_is_clean_only_if_it_ended_balanced_with_nothing_amiss() -> None:
    ended = Pass(1, BEGAN, ended_at=BEGAN)
    assert ended.clean
    assert not Pass(1, BEGAN).clean
    assert not replace(ended, totals=Totals(received=1)).clean
    assert not replace(ended, totals=Totals(offender_count=1)).clean
    missing = Totals(received=1)
    missing.verdicts[Verdict.MISSING] = 1
    assert not replace(ended, totals=missing).clean
