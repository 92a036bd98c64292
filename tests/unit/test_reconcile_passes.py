"""How a pass goes on where a run stopped, and of what it may speak."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest

from rowledger.functions.domain.deadline import Deadline
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.reconciliation import Facts, RepairKind, Verdict
from rowledger.functions.domain.reconciliation_pass import MAX_LISTED_PROBLEMS, Cursor
from rowledger.functions.domain.upload import CLOCK_MARGIN, Upload
from rowledger.functions.services.facts import LOOKED_FOR_AT_ONCE, FactGatherer
from rowledger.functions.services.reconciliation import Limits
from tests.unit.builders import BUCKET
from tests.unit.reconciling import DAY, OLD_AFTER, Bench, repaired, verdicts

FAULT = FaultError(FaultCode.STORAGE, "the store is away")


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.mark.parametrize(
    "limits",
    [
        {"page_size": 1, "pages": 1},
        {"page_size": 3, "pages": 1},
        {"page_size": 2, "pages": 2},
        {"repairs": 1},
        {"repairs": 2, "page_size": 3},
        {"pages": 1, "repairs": 1, "page_size": 2},
    ],
)
def test_runs_of_any_size_make_the_same_pass(bench: Bench, limits: dict[str, float]) -> None:
    for number in range(7):
        for version in ("v1", "v2"):
            bench.put(key=f"{number}.csv", version=version)
    bench.put(key="3.txt")
    found = bench.run(**limits)
    began, runs = found.began_at, 1
    while found.ended_at is None:
        assert found.complete_through is None
        assert not found.clean
        found = bench.run(**limits)
        runs += 1
    assert (found.began_at, found.run, runs > 1) == (began, runs, True)
    assert 0 < found.repaired_in_run < 14
    assert (found.totals.received, found.totals.ignored) == (14, 1)
    assert repaired(found) == {RepairKind.PROCESS: 14}
    assert len(bench.ledger.rows) == len(bench.notifier.published) == 14
    assert found.clean
    assert found.complete_through == began - CLOCK_MARGIN


def test_what_arrives_behind_the_walk_is_not_claimed_and_found_by_the_next_pass(
    bench: Bench,
) -> None:
    bench.put(key="b.csv")
    bench.put(key="c.csv")
    bench.run(page_size=1, pages=1)
    bench.put(key="a.csv")
    arrived = bench.storage.modified[BUCKET, "a.csv", "v1"] = bench.time
    found = bench.run()
    assert found.totals.received == 2
    assert found.complete_through is not None
    assert found.complete_through < arrived
    assert bench.run().totals.received == 3


def test_an_earlier_run_that_another_has_overtaken_can_save_nothing(bench: Bench) -> None:
    slow = bench.store.open_pass()
    bench.run()
    with pytest.raises(FaultError, match="LEASE_LOST"):
        bench.store.save_pass(slow)


def test_a_row_whose_version_is_gone_is_repaired_after_the_walk(bench: Bench) -> None:
    upload = bench.put()
    bench.ledger.claim(upload, "crashed")
    del bench.storage.uploads[BUCKET, upload.key, upload.version_id]
    found = bench.run()
    assert (found.totals.received, repaired(found)) == (0, {RepairKind.TAKE_OVER: 1})
    assert found.clean
    assert bench.ledger.histories(limit=1)[0].row.status == "FAILED"


def crashed_and_gone(bench: Bench, *keys: str) -> None:
    for key in keys:
        upload = bench.put(key=key)
        bench.ledger.claim(upload, "crashed")
        del bench.storage.uploads[BUCKET, upload.key, upload.version_id]


def test_rows_that_the_limits_leave_after_the_walk_are_the_next_runs(bench: Bench) -> None:
    bench.taken(key="there.csv")
    crashed_and_gone(bench, "a.csv", "b.csv", "c.csv")
    for run in (1, 2, 3):
        found = bench.run(repairs=1)
        assert (found.run, found.totals.received, found.totals.problems) == (run, 1, [])
        assert repaired(found) == {RepairKind.TAKE_OVER: run}
        assert found.clean == (run == 3)


@pytest.mark.parametrize("page_size", [1, 2, 1000])
def test_rows_that_cannot_be_repaired_hide_none_behind_them(bench: Bench, page_size: int) -> None:
    crashed_and_gone(bench, "1.csv", "2.csv", "3.csv", "4.csv")
    bench.storage.faults["read"] = [FAULT] * 3
    found = bench.run(repairs=2, page_size=page_size)
    assert found.ended_at is None
    found = bench.run(repairs=2, page_size=page_size)
    assert found.ended_at is not None
    assert [each.key for each in found.totals.problems] == ["1.csv", "2.csv", "3.csv"]
    assert [each.row.status for each in bench.ledger.histories(limit=1, key="4.csv")] == ["FAILED"]


def test_a_run_that_dies_in_the_sweep_repeats_one_page_of_it(bench: Bench) -> None:
    crashed_and_gone(bench, "1.csv", "2.csv")
    away = FaultError(FaultCode.DATABASE_UNAVAILABLE, "the database is away")
    bench.storage.faults["read"] = [FAULT, away]
    with pytest.raises(FaultError, match="the database is away"):
        bench.run(page_size=1)
    found = bench.run()
    assert [each.key for each in found.totals.problems] == ["1.csv"]
    assert repaired(found) == {RepairKind.TAKE_OVER: 1}


def test_a_row_too_large_for_a_run_is_a_problem_and_the_sweep_goes_on(bench: Bench) -> None:
    crashed_and_gone(bench, "1.csv", "2.csv")
    bench.storage.faults["read"] = [FaultError(FaultCode.TIME_UP, "no time was left")] * 2
    found = bench.run(seconds=60, repair_seconds=100)
    assert (found.ended_at, found.totals.problems) == (None, [])
    found = bench.run(seconds=60, repair_seconds=100)
    assert [each.key for each in found.totals.problems] == ["1.csv"]
    assert found.ended_at is not None


def test_what_the_walk_could_not_repair_is_not_tried_again_by_the_sweep(bench: Bench) -> None:
    bench.put()
    bench.storage.faults["read"] = [FAULT]
    found = bench.run()
    assert (found.totals.problem_count, found.repaired_in_run, repaired(found)) == (1, 1, {})


def test_a_row_that_cannot_be_repaired_moves_t_back_though_its_version_is_gone(
    bench: Bench,
) -> None:
    upload = bench.put()
    bench.ledger.claim(upload, "crashed")
    del bench.storage.uploads[BUCKET, upload.key, upload.version_id]
    bench.storage.faults["read"] = [FAULT]
    found = bench.run()
    assert found.complete_through == upload.received_at
    assert not found.clean


def test_a_dry_run_changes_nothing_and_lists_what_is_wrong(bench: Bench) -> None:
    bench.taken(key="done.csv")
    bench.storage.backups.clear()
    bench.put(key="lost.csv")
    bench.ledger.claim(bench.put(key="crashed.csv"), "crashed")
    bench.pass_seconds(DAY)
    found = bench.reconciliation.preview(Limits(page_size=1))
    assert [(each.key, each.what) for each in found.totals.problems] == [
        ("crashed.csv", "its attempt ended without an outcome"),
        ("done.csv", "its backup is missing"),
        ("lost.csv", "it has no ledger row"),
    ]
    assert not found.clean
    assert (repaired(found), len(bench.ledger.rows), bench.storage.backups) == ({}, 2, {})
    assert bench.store.passes == []


def test_an_upload_too_large_for_a_run_is_a_problem_and_the_walk_goes_on(bench: Bench) -> None:
    bench.put(key="a.csv")
    bench.put(key="b.csv")
    bench.storage.faults["read"] = [FaultError(FaultCode.TIME_UP, "no time was left")]
    found = bench.run(seconds=100, repair_seconds=50)
    assert found.ended_at is not None
    assert verdicts(found) == {Verdict.MISSING: 1, Verdict.SUCCEEDED: 1}
    assert found.totals.problems[0].what == "it has no ledger row: TIME_UP: no time was left"


def test_a_run_near_its_end_leaves_an_upload_to_the_next(bench: Bench) -> None:
    bench.put(key="a.csv")
    bench.put(key="b.csv")
    write = bench.storage.write_receipt

    def slow(key: str, body: bytes) -> None:
        write(key, body)
        bench.pass_seconds(40)

    bench.storage.write_receipt = slow  # type: ignore[method-assign]
    found = bench.run(seconds=60)
    assert (found.ended_at, found.cursor) == (None, Cursor("a.csv", "v1"))
    assert bench.run().clean


class Slow(dict[str, bytes]):
    """A store in which looking for a key takes a second."""

    bench: Bench

    def __contains__(self, key: object) -> bool:
        self.bench.pass_seconds(1)
        return super().__contains__(key)


def test_a_page_that_takes_longer_than_a_run_is_walked_in_several(bench: Bench) -> None:
    count = 3 * LOOKED_FOR_AT_ONCE
    for number in range(count):
        bench.taken(key=f"{number:03}.csv")
    bench.storage.receipts = Slow(bench.storage.receipts)
    bench.storage.receipts.bench = bench
    bench.pass_seconds(DAY)
    seconds = LOOKED_FOR_AT_ONCE * 3 // 2
    received: list[int] = []
    while not received or received[-1] < count:
        begun = bench.time
        found = bench.reconciliation.run("run", Limits(seconds=seconds))
        assert bench.time <= begun + timedelta(seconds=seconds)
        received.append(found.totals.received)
    assert received == [LOOKED_FOR_AT_ONCE * number for number in (1, 2, 3)]
    assert found.clean


@dataclass(frozen=True)
class WrongFacts(FactGatherer):
    """Gives the facts of one upload another number of times than once."""

    times: int

    def of_listed(
        self, uploads: Sequence[Upload], deadline: Deadline, *, old_backups: bool = True
    ) -> Iterator[Facts]:
        for facts in super().of_listed(uploads, deadline, old_backups=old_backups):
            for _ in range(self.times if facts.upload.key == "1.csv" else 1):
                yield facts


@pytest.mark.parametrize("limits", [{}, {"page_size": 2}, {"repairs": 3}])
@pytest.mark.parametrize("times", [0, 2])
def test_an_upload_that_is_judged_not_once_does_not_balance(
    bench: Bench, limits: dict[str, float], times: int
) -> None:
    for number in range(6):
        bench.put(key=f"{number}.csv")
    wrong = WrongFacts(bench.store, bench.storage, BUCKET, lambda: bench.time, OLD_AFTER, times)
    bench.reconciliation = bench.over(wrong)
    found = bench.run(**limits)
    while found.ended_at is None:
        found = bench.run(**limits)
    assert found.totals.received == 6
    assert not found.totals.balanced
    assert not found.clean


def test_many_problems_are_counted_and_the_first_are_listed(bench: Bench) -> None:
    for number in range(MAX_LISTED_PROBLEMS + 5):
        bench.put(key=f"{number}.csv", version="null")
    totals = bench.run().totals
    assert (totals.problem_count, len(totals.problems)) == (
        MAX_LISTED_PROBLEMS + 5,
        MAX_LISTED_PROBLEMS,
    )
