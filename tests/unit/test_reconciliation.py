"""What is found of an upload, and what a pass may claim."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowledger.functions.adapters.postgres.pass_totals import totals_document, totals_of
from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.reconciliation import (
    Announce,
    BackUp,
    Facts,
    Process,
    Repair,
    RepairKind,
    RepairPlan,
    TakeOver,
    Verdict,
    WriteReceipt,
    age_of,
    is_backup_due,
    not_applied,
    plan_repairs,
)
from rowledger.functions.domain.reconciliation_pass import (
    Pass,
    Problem,
    Totals,
    complete_through,
    looks_for_old_backups,
)
from rowledger.functions.domain.upload import CLOCK_MARGIN
from tests.unit.builders import RECEIVED, a_row, an_upload

GRACE = timedelta(minutes=20)
OLD = timedelta(days=1)
YOUNG = timedelta(minutes=1)
NOW = RECEIVED
BEGAN = datetime(2026, 11, 22, 12, tzinfo=UTC)
UPLOAD = an_upload()
FINAL = a_row()
OPEN = a_row(status=Status.PROCESSING, rows_count=None, sha256=None, duration_ms=None)
HELD = replace(OPEN, held_until=BEGAN)
REJECTED = a_row(status=Status.FAILED, rows_count=None)
DELETED = a_row(status=Status.FAILED, rows_count=None, sha256=None)
UNSENT = replace(FINAL, unsent=True)


def facts_of(
    age: timedelta, row: LedgerRow | None, *, receipt: bool = True, backup: bool = True
) -> Facts:
    return Facts(UPLOAD, age, row, receipt_exists=receipt, backup_exists=backup)


@pytest.mark.parametrize(
    ("facts", "verdict", "repairs"),
    [
        (facts_of(OLD, None), Verdict.MISSING, (Process(UPLOAD),)),
        (facts_of(YOUNG, None), Verdict.IN_FLIGHT, ()),
        (facts_of(OLD, HELD), Verdict.IN_FLIGHT, ()),
        (facts_of(YOUNG, OPEN), Verdict.IN_FLIGHT, ()),
        (facts_of(OLD, OPEN), Verdict.MISSING, (TakeOver(OPEN.upload),)),
        (facts_of(YOUNG, FINAL), Verdict.SUCCEEDED, ()),
        (facts_of(OLD, REJECTED), Verdict.REJECTED, ()),
        (facts_of(OLD, UNSENT), Verdict.SUCCEEDED, (Announce(UNSENT),)),
        (facts_of(OLD, FINAL, receipt=False), Verdict.SUCCEEDED, (WriteReceipt(FINAL),)),
        (facts_of(OLD, FINAL, backup=False), Verdict.SUCCEEDED, (BackUp(FINAL),)),
        (facts_of(OLD, DELETED, backup=False), Verdict.REJECTED, ()),
        (
            facts_of(OLD, UNSENT, receipt=False, backup=False),
            Verdict.SUCCEEDED,
            (Announce(UNSENT), WriteReceipt(UNSENT), BackUp(UNSENT)),
        ),
    ],
)
def test_the_decision_table(facts: Facts, verdict: Verdict, repairs: tuple[Repair, ...]) -> None:
    recorded = facts.row.upload if facts.row else UPLOAD
    assert plan_repairs(facts, GRACE) == RepairPlan(UPLOAD, recorded, verdict, repairs)


def test_an_object_without_a_version_is_a_problem_that_nothing_repairs() -> None:
    plan = plan_repairs(Facts(an_upload(version_id="null"), OLD, None), GRACE)
    assert (plan.verdict, plan.repairs) == (Verdict.MISSING, ())
    assert plan.problem is not None


ROWS = st.none() | st.builds(
    replace,
    st.sampled_from([FINAL, OPEN, DELETED]),
    held_until=st.sampled_from([None, BEGAN]),
    unsent=st.booleans(),
)
FACTS = st.builds(
    Facts,
    st.just(UPLOAD),
    st.timedeltas(timedelta(seconds=-5), timedelta(days=9)),
    ROWS,
    receipt_exists=st.booleans(),
    backup_exists=st.booleans(),
)


@given(FACTS)
def test_what_is_in_flight_is_left_alone_and_what_is_missing_is_not(facts: Facts) -> None:
    plan = plan_repairs(facts, GRACE)
    if plan.verdict is Verdict.IN_FLIGHT:
        assert plan.repairs == ()
    if plan.verdict is Verdict.MISSING:
        assert plan.repairs


@given(FACTS)
def test_only_a_final_row_has_a_final_verdict(facts: Facts) -> None:
    is_final = facts.row is not None and facts.row.is_final
    found = plan_repairs(facts, GRACE).verdict
    assert (found in (Verdict.SUCCEEDED, Verdict.REJECTED)) == is_final


@given(FACTS, st.timedeltas(timedelta(), timedelta(days=9)))
def test_nothing_without_an_outcome_is_touched_within_the_grace(
    facts: Facts, grace: timedelta
) -> None:
    if facts.age < grace and (facts.row is None or not facts.row.is_final):
        plan = plan_repairs(facts, grace)
        assert (plan.verdict, plan.repairs) == (Verdict.IN_FLIGHT, ())


@given(FACTS)
def test_a_dry_run_repairs_nothing_and_lists_each_repair(facts: Facts) -> None:
    plan = plan_repairs(facts, GRACE)
    result = not_applied(plan)
    assert (result.verdict, result.repaired) == (plan.verdict, [])
    assert result.problems == [repair.kind.problem for repair in plan.repairs]


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
        problem_count=1,
        problems=[Problem("ä.csv", "v1", "gone")],
        oldest_open=RECEIVED,
    )
    totals.verdicts[Verdict.MISSING] = 3
    totals.needed[RepairKind.PROCESS] = 3
    assert totals_of(totals_document(totals)) == totals
    assert totals_of(totals_document(Totals())) == Totals()


def test_a_pass_is_clean_only_if_it_ended_balanced_with_nothing_wrong() -> None:
    ended = Pass(1, BEGAN, ended_at=BEGAN)
    assert ended.clean
    assert not Pass(1, BEGAN).clean
    assert not replace(ended, totals=Totals(received=1)).clean
    assert not replace(ended, totals=Totals(problem_count=1)).clean
    missing = Totals(received=1)
    missing.verdicts[Verdict.MISSING] = 1
    assert not replace(ended, totals=missing).clean


WEEK = timedelta(days=7)


@pytest.mark.parametrize(
    ("row", "age", "old", "due"),
    [
        (FINAL, OLD, False, True),
        (FINAL, WEEK, False, False),
        (FINAL, WEEK, True, True),
        (REJECTED, 2 * WEEK, False, False),
        # There should be none.
        (DELETED, OLD, True, False),
        (OPEN, OLD, True, False),
    ],
)
def test_the_backup_of_an_old_upload_is_looked_for_where_the_pass_does(
    row: LedgerRow, age: timedelta, *, old: bool, due: bool
) -> None:
    assert is_backup_due(row, age, WEEK, old=old) is due


@given(
    st.lists(st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2026, 1, 9)))  # noqa: DTZ001 -- made UTC below
)
def test_old_backups_are_looked_for_once_on_each_day_that_a_pass_begins(
    moments: list[datetime],
) -> None:
    began = sorted(each.replace(tzinfo=UTC) for each in moments)
    before = [None, *began]
    looked = [
        each.date()
        for each, previous in zip(began, before, strict=False)
        if looks_for_old_backups(each, previous)
    ]
    assert looked == sorted({each.date() for each in began})


@pytest.mark.parametrize(
    ("received", "row", "age"),
    [
        (-60, None, 60),
        (30, None, 0),
        (-60, a_row(received_at=NOW - timedelta(seconds=90)), 90),
        (0, a_row(received_at=NOW + timedelta(days=9), timestamp=NOW - timedelta(hours=1)), 3600),
        (0, a_row(received_at=NOW + timedelta(days=9), timestamp=NOW + timedelta(hours=1)), 0),
    ],
)
def test_no_age_is_negative(received: int, row: LedgerRow | None, age: int) -> None:
    upload = an_upload(received_at=NOW + timedelta(seconds=received))
    assert age_of(upload, row, NOW) == timedelta(seconds=age)


def test_an_upload_of_the_future_without_a_row_is_older_than_any_grace() -> None:
    upload = an_upload(received_at=NOW + timedelta(days=9))
    facts = Facts(upload, age_of(upload, None, NOW), None)
    assert plan_repairs(facts, timedelta(days=99)).repairs == (Process(upload),)


def test_records_that_do_not_agree_are_a_problem() -> None:
    row = a_row()
    facts = Facts(row.upload, timedelta(hours=1), row, contradiction="it has no notification")
    plan = plan_repairs(facts, timedelta(minutes=1))
    assert (plan.verdict, plan.problem) == (Verdict.SUCCEEDED, "it has no notification")
