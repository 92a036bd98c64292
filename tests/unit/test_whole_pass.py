"""A pass that speaks for everything received until now, as rowledger reconcile has it run."""

from dataclasses import replace

import pytest

from rowledger.cli.commands.reconcile import document
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.reconciliation import Verdict
from rowledger.functions.domain.reconciliation_pass import Pass, Totals
from rowledger.functions.domain.reconciliation_requests import (
    PreviewPart,
    ReconciliationRequest,
    RunPart,
)
from rowledger.functions.services import reconciliation_parts
from rowledger.functions.services.reconciliation import Limits
from rowledger.functions.services.reconciliation_parts import ReconciliationParts
from rowledger.operations.services.reconciling import Reconciling
from tests.unit.reconciling import DAY, Bench

REQUEST = ReconciliationRequest(by="ada", identity="arn:aws:iam::1:user/ada", reason="a restore")


class Command(Bench):
    """What a command does: csv-reconciler is asked part by part, here without Lambda between."""

    def __init__(self) -> None:
        super().__init__()
        self.parts = ReconciliationParts(self.reconciliation, self.store, max_repairs=1000)
        self.reconciling = Reconciling(self.ledger, self)
        self.shown: list[int] = []
        self.page_size = 2

    def run_part(self, part: RunPart) -> Pass:
        return self.parts.run(part, "run", Limits(page_size=self.page_size))

    def preview_part(self, part: PreviewPart) -> Pass:
        return self.parts.preview(part, Limits(page_size=self.page_size))

    def show(self, totals: Totals) -> None:
        self.shown.append(totals.received)

    def run_whole_pass(self, **limits: int) -> Pass:
        return self.reconciling.run(replace(REQUEST, **limits), self.show)  # type: ignore[arg-type]


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setattr(reconciliation_parts, "PART_PAGES", 1)
    bench = Command()
    for name in ("b", "c", "d"):
        bench.put(key=f"{name}.csv")
    bench.pass_seconds(DAY)
    return bench


def test_one_pass_in_parts_is_enough_where_none_was_begun(bench: Command) -> None:
    found = bench.run_whole_pass()
    assert (found.clean, found.totals.received, len(bench.store.passes)) == (True, 3, 1)
    assert bench.shown == [2, 3]


def test_who_asked_and_why_is_on_record_before_anything_is_done(bench: Command) -> None:
    bench.run_whole_pass(grace_seconds=60, max_repairs=2)
    assert bench.ledger.requests == [replace(REQUEST, grace_seconds=60, max_repairs=2)]


def test_a_pass_names_the_requests_that_worked_on_it(bench: Command) -> None:
    bench.reconciliation.run("scheduled", Limits(page_size=1, pages=1))
    assert bench.store.requested == {}
    bench.run_whole_pass()
    bench.run_whole_pass()
    assert bench.store.requested == {1: [1], 2: [1], 3: [2]}


def test_nothing_is_done_for_a_request_that_is_not_on_record(bench: Command) -> None:
    with pytest.raises(FaultError, match="no request 7") as refused:
        bench.run_part(RunPart(request_id=7, max_repairs=1))
    assert refused.value.code is FaultCode.MALFORMED_EVENT
    assert bench.store.passes == []


def test_a_pass_that_was_begun_is_finished_and_followed_by_another(bench: Command) -> None:
    bench.reconciliation.run("scheduled", Limits(page_size=1, pages=1))
    # It comes to a place that the unfinished pass has passed.
    bench.put(key="a.csv")
    bench.pass_seconds(DAY)
    found = bench.run_whole_pass()
    assert (found.clean, found.totals.received, len(bench.store.passes)) == (True, 4, 2)
    assert len(bench.ledger.rows) == 4


def test_the_limit_on_repairs_is_for_both(bench: Command) -> None:
    bench.reconciliation.run("scheduled", Limits(page_size=1, pages=1))
    for name in ("a1", "a2"):
        bench.put(key=f"{name}.csv")
    bench.pass_seconds(DAY)
    found = bench.run_whole_pass(max_repairs=3)
    assert not found.clean
    # One by the run before; two finish its pass, and one is left for the next.
    assert len(bench.ledger.rows) == 4


def test_a_pass_that_its_limit_ends_is_followed_by_none(bench: Command) -> None:
    bench.reconciliation.run("scheduled", Limits(page_size=1, pages=1))
    found = bench.run_whole_pass(max_repairs=1)
    assert found.ended_at is None
    assert len(bench.store.passes) == 1


def test_the_grace_that_was_asked_for_is_that_of_the_pass(bench: Command) -> None:
    found = bench.run_whole_pass(grace_seconds=100_000 * DAY)
    assert found.totals.verdicts[Verdict.IN_FLIGHT] == 3
    assert bench.ledger.rows == {}


def test_a_preview_in_parts_changes_nothing_and_counts_each_upload_once(bench: Command) -> None:
    found = bench.reconciling.preview(None, bench.show)
    assert found.totals.verdicts[Verdict.MISSING] == found.totals.problem_count == 3
    assert bench.shown == [2, 3]
    assert (bench.ledger.rows, bench.ledger.requests, bench.store.passes) == ({}, [], [])


def test_a_preview_counts_a_row_once_though_both_listings_have_it(bench: Command) -> None:
    upload = bench.put(key="stranded.csv")
    bench.ledger.claim(upload, "crashed")
    bench.pass_seconds(DAY)
    found = bench.reconciling.preview(None, bench.show)
    assert found.totals.problem_count == 4
    del bench.storage.uploads[upload.bucket, upload.key, upload.version_id]
    found = bench.reconciling.preview(None, bench.show)
    assert found.totals.problem_count == 4


def test_its_json_keeps_its_names(bench: Command) -> None:
    shown = document(bench.run_whole_pass())
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
