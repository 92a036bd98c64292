"""Reconciliation over fakes: what it repairs, how it goes on, and what it reports."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

import pytest

from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.keys import receipt_key
from rowledger.functions.domain.reconciliation import RepairKind, Verdict
from rowledger.functions.domain.upload import CLOCK_MARGIN, Upload
from rowledger.functions.ports.storage import ObjectStream
from rowledger.functions.services.reconciliation import Limits
from tests.unit.builders import BUCKET
from tests.unit.reconciling import DAY, Bench, repaired, verdicts

FAULT = FaultError(FaultCode.STORAGE, "the store is away")


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_an_empty_bucket_is_clean(bench: Bench) -> None:
    found = bench.run()
    assert found.clean
    assert found.complete_through == found.began_at - CLOCK_MARGIN


def test_a_bucket_in_order_balances_and_nothing_is_touched(bench: Bench) -> None:
    bench.taken()
    bench.taken(b"", key="empty.csv")
    bench.put(key="notes.txt")
    found = bench.run()
    assert found.clean
    assert verdicts(found) == {Verdict.SUCCEEDED: 1, Verdict.REJECTED: 1}
    assert (found.totals.received, found.totals.ignored, repaired(found)) == (2, 1, {})
    assert len(bench.notifier.published) == 2


def test_an_upload_whose_event_never_came_is_processed_and_announced(bench: Bench) -> None:
    upload = bench.put()
    found = bench.run()
    assert found.clean
    assert (verdicts(found), repaired(found)) == ({Verdict.SUCCEEDED: 1}, {RepairKind.PROCESS: 1})
    assert receipt_key(upload) in bench.storage.receipts
    assert len(bench.notifier.published) == 1


def test_an_upload_younger_than_the_grace_is_left_to_its_event_and_moves_t_back(
    bench: Bench,
) -> None:
    bench.put()
    # Older than the margin for clocks, which would otherwise be all that T is moved by.
    received_at = bench.time + timedelta(seconds=DAY - 300)
    bench.storage.modified[BUCKET, "orders.csv", "v1"] = received_at
    found = bench.run()
    assert (verdicts(found), repaired(found)) == ({Verdict.IN_FLIGHT: 1}, {})
    assert found.clean
    assert found.complete_through == received_at < found.began_at - timedelta(minutes=1)
    assert bench.ledger.rows == {}


def test_a_crashed_attempt_is_taken_over(bench: Bench) -> None:
    bench.ledger.claim(bench.put(), "crashed")
    found = bench.run()
    assert (verdicts(found), repaired(found)) == ({Verdict.SUCCEEDED: 1}, {RepairKind.TAKE_OVER: 1})
    assert bench.ledger.histories(limit=1)[0].row.attempt == 2


def test_a_live_attempt_is_left_alone_and_moves_t_back(bench: Bench) -> None:
    upload = bench.put()
    bench.pass_seconds(DAY)
    bench.ledger.claim(upload, "at work")
    found = bench.reconciliation.run("run", Limits())
    assert verdicts(found) == {Verdict.IN_FLIGHT: 1}
    assert found.complete_through == upload.received_at


def test_an_unsent_notification_is_sent(bench: Bench) -> None:
    bench.notifier.faults = [FAULT]
    with pytest.raises(FaultError):
        bench.taken()
    found = bench.run()
    assert repaired(found) == {RepairKind.ANNOUNCE: 1}
    assert len(bench.notifier.published) == 1


def test_a_lost_receipt_is_written_again_as_it_was(bench: Bench) -> None:
    upload = bench.taken()
    before = json.loads(bench.storage.receipts.pop(receipt_key(upload)))
    assert repaired(bench.run()) == {RepairKind.RECEIPT: 1}
    assert json.loads(bench.storage.receipts[receipt_key(upload)]) == before


def test_a_lost_backup_is_copied_again(bench: Bench) -> None:
    bench.taken()
    bench.storage.backups.clear()
    assert repaired(bench.run()) == {RepairKind.BACKUP: 1}
    assert bench.storage.backups == {bench.backup_of("orders.csv"): b"a,b\n1,2\n"}


def test_the_version_of_a_backup_that_is_copied_again_is_recorded(bench: Bench) -> None:
    bench.taken()
    bench.storage.backups.clear()
    with patch.object(bench.storage, "back_up", return_value="second"):
        bench.run()
    assert bench.ledger.histories(limit=1)[0].row.backup_version_id == "second"


def test_the_receipt_of_a_deleted_upload_is_written_again_without_a_backup(bench: Bench) -> None:
    upload = bench.put()
    content = bench.storage.uploads.pop((BUCKET, "orders.csv", "v1"))
    bench.take(upload, "event")
    bench.storage.uploads[BUCKET, "orders.csv", "v1"] = content
    before = bench.storage.receipts.pop(receipt_key(upload))
    assert repaired(bench.run()) == {RepairKind.RECEIPT: 1}
    assert json.loads(bench.storage.receipts[receipt_key(upload)]) == json.loads(before)
    assert bench.storage.backups == {}


def test_the_receipt_of_an_unrecordable_file_is_written_again(bench: Bench) -> None:
    bench.ledger.refusals = [FaultError(FaultCode.VALUE_REFUSED, "out of range")]
    upload = bench.taken()
    before = bench.storage.receipts.pop(receipt_key(upload))
    assert repaired(bench.run()) == {RepairKind.RECEIPT: 1}
    again, first = json.loads(bench.storage.receipts[receipt_key(upload)]), json.loads(before)
    assert again["error"] == first["error"]
    assert again["error"]["code"] == "UNRECORDABLE"


def test_bytes_that_are_not_those_of_the_ledger_are_a_problem_and_nothing_is_written(
    bench: Bench,
) -> None:
    upload = bench.taken()
    bench.storage.receipts.clear()
    bench.storage.uploads[BUCKET, upload.key, upload.version_id] = b"a,b\n9,9\n"
    found = bench.run()
    assert not found.clean
    (problem,) = found.totals.problems
    assert (problem.key, problem.version_id) == ("orders.csv", "v1")
    assert problem.what.startswith("its receipt is missing: OUTCOME_DIFFERS")
    assert bench.storage.receipts == {}
    assert bench.ledger.histories(limit=1)[0].row.status == "SUCCESS"


@pytest.mark.parametrize("error", [FAULT, ZeroDivisionError("a mistake in the code")])
def test_one_problem_stops_no_other(bench: Bench, error: Exception) -> None:
    for key in ("one.csv", "three.csv", "two.csv"):
        bench.put(key=key)
    bench.storage.faults["read"] = [error]
    found = bench.run()
    assert verdicts(found) == {Verdict.MISSING: 1, Verdict.SUCCEEDED: 2}
    assert [problem.key for problem in found.totals.problems] == ["one.csv"]
    assert (found.totals.needed[RepairKind.PROCESS], found.totals.repaired[RepairKind.PROCESS]) == (
        3,
        2,
    )
    assert found.totals.balanced
    assert not found.clean
    assert bench.run().clean


def test_a_failing_repair_leaves_the_others_of_its_upload(bench: Bench) -> None:
    bench.taken()
    bench.storage.receipts.clear()
    bench.storage.backups.clear()
    bench.storage.faults["back_up"] = [FAULT]
    found = bench.run()
    assert repaired(found) == {RepairKind.RECEIPT: 1}
    assert found.totals.problems[0].what.startswith("its backup is missing: STORAGE")


def test_a_backup_is_copied_again_in_the_time_that_its_repair_has(bench: Bench) -> None:
    bench.taken()
    bench.storage.backups.clear()
    read = bench.storage.read

    @contextmanager
    def slowly(upload: Upload) -> Iterator[ObjectStream]:
        with read(upload) as stream:
            yield stream
        bench.pass_seconds(61)

    with patch.object(bench.storage, "read", slowly):
        found = bench.run(repair_seconds=60)
    assert found.totals.problems[0].what.startswith("its backup is missing: TIME_UP")
    assert bench.storage.backups == {}


def test_an_upload_that_another_claimed_meanwhile_is_in_flight(bench: Bench) -> None:
    bench.put()
    busy = FaultError(FaultCode.UPLOAD_IN_PROGRESS, "another attempt has it")
    bench.storage.faults["read"] = [busy]
    found = bench.run()
    assert (verdicts(found), found.totals.problem_count) == ({Verdict.IN_FLIGHT: 1}, 0)


def test_a_database_that_is_away_ends_the_run_and_what_was_saved_stays(bench: Bench) -> None:
    for number in range(4):
        bench.put(key=f"{number}.csv")
    away = FaultError(FaultCode.DATABASE_UNAVAILABLE, "the database is away")
    bench.storage.faults["write_receipt"] = [away]
    bench.run(page_size=1, pages=2, repairs=0)
    bench.storage.faults["write_receipt"] = [away]
    with pytest.raises(FaultError, match="the database is away"):
        bench.run(page_size=1)
    found = bench.run()
    assert (found.run, verdicts(found)) == (3, {Verdict.SUCCEEDED: 4})


def test_an_object_without_a_version_is_a_problem(bench: Bench) -> None:
    bench.put(version="null")
    found = bench.run()
    assert verdicts(found) == {Verdict.MISSING: 1}
    assert "it has no version" in found.totals.problems[0].what
