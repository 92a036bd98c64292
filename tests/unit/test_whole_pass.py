"""A pass that speaks for everything received until now, as rowledger reconcile makes it."""

import pytest

from rowledger.cli.commands.reconcile import document
from rowledger.functions.services.reconciliation import Limits
from tests.unit.reconciling import DAY, Bench


@pytest.fixture
def bench() -> Bench:
    bench = Bench()
    for name in ("b", "c", "d"):
        bench.put(key=f"{name}.csv")
    bench.pass_seconds(DAY)
    return bench


def test_one_run_is_enough_where_no_pass_was_begun(bench: Bench) -> None:
    found = bench.reconciliation.run_whole_pass("run", Limits())
    assert (found.clean, found.totals.received, len(bench.store.passes)) == (True, 3, 1)


def test_a_pass_that_was_begun_is_finished_and_followed_by_another(bench: Bench) -> None:
    bench.reconciliation.run("scheduled", Limits(page_size=1, pages=1))
    # It comes to a place that the unfinished pass has passed.
    bench.put(key="a.csv")
    bench.pass_seconds(DAY)
    found = bench.reconciliation.run_whole_pass("run", Limits())
    assert (found.clean, found.totals.received, len(bench.store.passes)) == (True, 4, 2)
    assert len(bench.ledger.rows) == 4


def test_the_limit_on_repairs_is_for_both(bench: Bench) -> None:
    bench.reconciliation.run("scheduled", Limits(page_size=1, pages=1))
    for name in ("a1", "a2"):
        bench.put(key=f"{name}.csv")
    bench.pass_seconds(DAY)
    found = bench.reconciliation.run_whole_pass("run", Limits(repairs=3))
    assert not found.clean
    # One by the run before; two finish its pass, and one is left for the next.
    assert len(bench.ledger.rows) == 4


def test_a_pass_that_its_limit_ends_is_followed_by_none(bench: Bench) -> None:
    bench.reconciliation.run("scheduled", Limits(page_size=1, pages=1))
    found = bench.reconciliation.run_whole_pass("run", Limits(repairs=1))
    assert found.ended_at is None
    assert len(bench.store.passes) == 1


def test_its_json_keeps_its_names(bench: Bench) -> None:
    shown = document(bench.reconciliation.run_whole_pass("run", Limits()))
    assert list(shown) == [
        "pass",
        "finished",
        "balanced",
        "received",
        "succeeded",
        "rejected",
        "in_flight",
        "missing",
        "ignored",
        "needed",
        "healed",
        "offender_count",
        "offenders",
        "complete_through",
    ]
