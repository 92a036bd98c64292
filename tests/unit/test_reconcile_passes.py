"""How a pass goes on where a run stopped, and of what it may speak."""

import pytest

from rowledger.domain.reconciliation import CLOCK_MARGIN, Cursor, Heal, Verdict
from rowledger.errors import FaultCode, FaultError
from rowledger.service.reconcile import MAX_LISTED, Limits
from tests.unit.builders import BUCKET
from tests.unit.reconciling import DAY, Bench, healed, verdicts

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
        {"heals": 1},
        {"heals": 2, "page_size": 3},
        {"pages": 1, "heals": 1, "page_size": 2},
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
    assert 0 < found.mended < 14
    assert (found.totals.received, found.totals.ignored) == (14, 1)
    assert healed(found) == {Heal.PROCESS: 14}
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
    slow = bench.reconciliation.open_pass()
    bench.run()
    with pytest.raises(FaultError, match="LEASE_LOST"):
        bench.reconciliation.save_pass(slow)


def test_a_row_whose_version_is_gone_is_healed_after_the_walk(bench: Bench) -> None:
    upload = bench.put()
    bench.ledger.claim(upload, "crashed")
    del bench.storage.uploads[BUCKET, upload.key, upload.version_id]
    found = bench.run()
    assert (found.totals.received, healed(found)) == (0, {Heal.TAKE_OVER: 1})
    assert found.clean
    assert bench.ledger.files(limit=1)[0].status == "FAILED"


def test_rows_that_the_limits_leave_after_the_walk_are_offenders(bench: Bench) -> None:
    for name in ("a.csv", "b.csv", "c.csv"):
        upload = bench.put(key=name)
        bench.ledger.claim(upload, "crashed")
        del bench.storage.uploads[BUCKET, upload.key, upload.version_id]
    found = bench.run(heals=1)
    assert [offender.key for offender in found.totals.offenders] == ["b.csv", "c.csv"]
    assert not found.clean
    assert bench.run().clean


def test_a_row_that_cannot_be_healed_moves_t_back_though_its_version_is_gone(bench: Bench) -> None:
    upload = bench.put()
    bench.ledger.claim(upload, "crashed")
    del bench.storage.uploads[BUCKET, upload.key, upload.version_id]
    bench.storage.faults["read"] = [FAULT]
    found = bench.run()
    assert found.complete_through == upload.received_at
    assert not found.clean


def test_a_rehearsal_changes_nothing_and_lists_what_is_amiss(bench: Bench) -> None:
    bench.taken(key="done.csv")
    bench.storage.backups.clear()
    bench.put(key="lost.csv")
    bench.ledger.claim(bench.put(key="crashed.csv"), "crashed")
    bench.pass_seconds(DAY)
    found = bench.reconcile.rehearse(Limits(page_size=1))
    assert [(each.key, each.what) for each in found.totals.offenders] == [
        ("crashed.csv", "its attempt ended without an outcome"),
        ("done.csv", "its backup is missing"),
        ("lost.csv", "it has no ledger row"),
    ]
    assert not found.clean
    assert (healed(found), len(bench.ledger.rows), bench.storage.backups) == ({}, 2, {})
    assert bench.reconciliation.passes == []


def test_an_upload_too_large_for_a_run_is_an_offender_and_the_walk_goes_on(bench: Bench) -> None:
    bench.put(key="a.csv")
    bench.put(key="b.csv")
    bench.storage.faults["read"] = [FaultError(FaultCode.TIME_UP, "no time was left")]
    found = bench.run(seconds=100, heal_seconds=50)
    assert found.ended_at is not None
    assert verdicts(found) == {Verdict.MISSING: 1, Verdict.SUCCEEDED: 1}
    assert found.totals.offenders[0].what == "it has no ledger row: TIME_UP: no time was left"


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


def test_many_offenders_are_counted_and_the_first_are_listed(bench: Bench) -> None:
    for number in range(MAX_LISTED + 5):
        bench.put(key=f"{number}.csv", version="null")
    totals = bench.run().totals
    assert (totals.offender_count, len(totals.offenders)) == (MAX_LISTED + 5, MAX_LISTED)
