"""Files that nobody can read end as an outcome; the pipeline's own trouble never ends one."""

import json

import pytest
from jsonschema import Draft202012Validator

from rowledger.functions import contract
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.keys import receipt_key
from rowledger.functions.domain.outcome import Status, unread_outcome
from rowledger.functions.domain.reconciliation import Verdict
from rowledger.functions.domain.replay import ReplayRequest, ReplaySource
from rowledger.functions.domain.upload import Upload
from tests.unit.builders import an_upload
from tests.unit.reconciling import Bench
from tests.unit.test_intake import World

VALIDATOR = Draft202012Validator(contract.load("result.schema.json"))
AT_ONCE = (FaultCode.OBJECT_ARCHIVED, FaultCode.OBJECT_ENCRYPTED)
WHOLE_PIPELINE = (
    FaultCode.DATABASE,
    FaultCode.DATABASE_REFUSED,
    FaultCode.DATABASE_UNAVAILABLE,
    FaultCode.CREDENTIALS,
    FaultCode.CONFIGURATION,
    FaultCode.NOTIFICATION,
)


@pytest.fixture
def world() -> World:
    return World()


def fail(world: World, upload: Upload, code: FaultCode, request_id: str) -> None:
    """One attempt that fails so."""
    world.storage.faults["read"] = [FaultError(code, "as the test says")]
    with pytest.raises(FaultError):
        world.take(upload, request_id)


def read_another(world: World) -> None:
    """Another upload comes now, and is read."""
    name = f"other-{world.seconds()}"
    world.pass_seconds(1)
    other = world.put(key=name)
    other = an_upload(name, size_bytes=other.size_bytes, received_at=world.time)
    assert world.take(other, name).status is Status.SUCCESS


def fail_for_hours(world: World, upload: Upload, code: FaultCode, attempts: int = 3) -> None:
    """Attempts that fail so, two hours apart; the last two hours before what comes next."""
    for attempt in range(attempts):
        fail(world, upload, code, f"r{attempt}")
        world.pass_seconds(7200)


def error_of(world: World, upload: Upload) -> str | None:
    (found,) = world.ledger.histories(limit=1, key=upload.key)
    return found.row.error["code"] if found.row.error else None


@pytest.mark.parametrize("code", AT_ONCE)
def test_what_s3_says_of_the_object_itself_is_an_outcome_at_once(
    world: World, code: FaultCode
) -> None:
    upload = world.put(key="cold.csv")
    world.storage.faults["read"] = [FaultError(code, "as S3 says")]
    assert world.take(upload, "r1").status is Status.FAILED
    (row,) = world.ledger.ledger_rows()
    assert row.error is not None
    assert (row.error["code"], row.was_read) == (code.value, False)
    assert row.no_backup_reason == f"it could not be read ({code})"
    assert world.storage.backups == {}
    receipt = json.loads(world.storage.receipts[receipt_key(upload)])
    VALIDATOR.validate(receipt)
    assert (receipt["backup"], receipt["sha256"], receipt["dialect"]) == (None, None, None)
    (message,) = world.notifier.published
    assert message.subject == f"FAILED: cold.csv ({code})"
    assert "Backup:    none\n" in message.body
    assert "To do:     " in message.body


def test_an_object_that_is_archived_before_its_backup_was_made_has_none(world: World) -> None:
    upload = world.put()
    world.storage.faults["back_up"] = [FaultError(FaultCode.OBJECT_ARCHIVED, "archived since")]
    assert world.take(upload, "r1").status is Status.FAILED
    assert error_of(world, upload) == "OBJECT_ARCHIVED"
    receipt = json.loads(world.storage.receipts[receipt_key(upload)])
    assert (receipt["status"], receipt["backup"]) == ("FAILED", None)


def test_a_replay_once_it_is_restored_gives_the_normal_outcome(world: World) -> None:
    upload = world.put()
    world.storage.faults["read"] = [FaultError(FaultCode.OBJECT_ARCHIVED, "archived")]
    world.take(upload, "r1")
    world.ledger.reopen([upload], ReplayRequest("ada", "restored", ReplaySource.LEDGER))
    assert world.take(upload, "r2").status is Status.SUCCESS
    (row,) = world.ledger.ledger_rows()
    assert world.storage.backups == {row.backup_key: b"a,b\n1,2\n"}
    assert [message.subject for message in world.notifier.published] == [
        "FAILED: orders.csv (OBJECT_ARCHIVED)",
        "SUCCESS: orders.csv (1 data row)",
    ]


@pytest.mark.parametrize(
    ("fault", "ends_as"),
    [
        (FaultCode.OBJECT_ACCESS_DENIED, "OBJECT_ACCESS_DENIED"),
        (FaultCode.STORAGE, "UNREADABLE"),
        (FaultCode.BACKUP_DIFFERS, "UNREADABLE"),
        (FaultCode.TIME_UP, "UNREADABLE"),
    ],
)
def test_what_fails_alike_for_hours_while_others_are_read_ends(
    world: World, fault: FaultCode, ends_as: str
) -> None:
    upload = world.put()
    fail_for_hours(world, upload, fault)
    read_another(world)
    world.storage.faults["read"] = [FaultError(fault, "as the test says")]
    assert world.take(upload, "last").status is Status.FAILED
    assert error_of(world, upload) == ends_as
    receipt = json.loads(world.storage.receipts[receipt_key(upload)])
    VALIDATOR.validate(receipt)
    assert f"{fault}: as the test says" in receipt["error"]["message"]
    assert receipt["backup"] is None


def test_an_error_of_the_code_ends_an_upload_too_and_names_its_kind(world: World) -> None:
    upload = world.put()
    for attempt in range(4):
        world.storage.faults["read"] = [ValueError("a,secret,field")]
        if attempt < 3:
            with pytest.raises(ValueError, match="secret"):
                world.take(upload, f"r{attempt}")
            world.pass_seconds(7200)
            read_another(world)
    assert world.take(upload, "last").status is Status.FAILED
    (found,) = world.ledger.histories(limit=1, key=upload.key)
    assert found.row.error is not None
    assert found.row.error["code"] == "UNREADABLE"
    assert "INTERNAL: ValueError" in found.row.error["message"]
    assert "secret" not in found.row.error["message"]


def test_where_every_object_is_denied_none_is_rejected(world: World) -> None:
    uploads = [world.put(key=f"{number}.csv") for number in range(3)]
    for upload in uploads:
        fail_for_hours(world, upload, FaultCode.OBJECT_ACCESS_DENIED, attempts=9)
    for upload in uploads:
        fail(world, upload, FaultCode.OBJECT_ACCESS_DENIED, "last")
    assert {row.status for row in world.ledger.ledger_rows()} == {Status.PROCESSING}
    # The rights are back: each is read after all.
    for upload in uploads:
        assert world.take(upload, "after").status is Status.SUCCESS


def test_what_was_read_before_the_last_failure_proves_nothing(world: World) -> None:
    upload = world.put()
    fail_for_hours(world, upload, FaultCode.OBJECT_ACCESS_DENIED)
    read_another(world)
    world.pass_seconds(60)
    fail_now = FaultCode.STORAGE
    fail(world, upload, fail_now, "another way")
    assert error_of(world, upload) is None


@pytest.mark.parametrize("code", WHOLE_PIPELINE)
def test_what_concerns_the_whole_pipeline_never_ends_an_upload(
    world: World, code: FaultCode
) -> None:
    upload = world.put()
    fail_for_hours(world, upload, code, attempts=9)
    read_another(world)
    fail(world, upload, code, "last")
    assert error_of(world, upload) is None


def test_too_few_attempts_or_too_short_a_time_end_nothing(world: World) -> None:
    few, short = world.put(key="few.csv"), world.put(key="short.csv")
    fail_for_hours(world, few, FaultCode.STORAGE, attempts=2)
    for attempt in range(9):
        fail(world, short, FaultCode.STORAGE, f"r{attempt}")
    read_another(world)
    fail(world, few, FaultCode.STORAGE, "last")
    fail(world, short, FaultCode.STORAGE, "last")


def test_a_try_that_was_given_little_time_says_nothing_about_the_file(world: World) -> None:
    upload = world.put()
    fail_for_hours(world, upload, FaultCode.TIME_UP)
    read_another(world)
    world.storage.faults["read"] = [FaultError(FaultCode.TIME_UP, "no time")]
    with pytest.raises(FaultError):
        world.intake.take(upload, "hurried", seconds=100)


def test_attempts_that_are_killed_each_time_end_without_another_try(world: World) -> None:
    upload = world.put()
    for attempt in range(3):
        world.ledger.claim(upload, f"r{attempt}")
        world.pass_seconds(7200)
    read_another(world)
    world.storage.faults["read"] = [AssertionError("it would be killed again")]
    assert world.take(upload, "last").status is Status.FAILED
    assert error_of(world, upload) == "UNREADABLE"


def test_complete_through_passes_an_upload_that_cannot_be_read_and_misses_no_backup() -> None:
    bench = Bench()
    upload = bench.put()
    bench.storage.faults["read"] = [FaultError(FaultCode.OBJECT_ARCHIVED, "archived")]
    bench.take(upload, "event")
    del bench.storage.receipts[receipt_key(upload)]
    done = bench.run()
    assert done.complete_through is not None
    assert done.complete_through > upload.received_at
    assert (done.totals.problem_count, done.totals.verdicts[Verdict.REJECTED]) == (0, 1)
    # Its receipt is written again from its row: the object still cannot be read.
    receipt = json.loads(bench.storage.receipts[receipt_key(upload)])
    VALIDATOR.validate(receipt)
    assert receipt["error"]["code"] == "OBJECT_ARCHIVED"


def test_an_upload_that_fails_alike_in_every_pass_pins_it_only_for_so_long() -> None:
    bench = Bench()
    upload = bench.put(key="broken.csv")
    for attempt in range(3):
        fail(bench, upload, FaultCode.STORAGE, f"r{attempt}")
        bench.pass_seconds(7200)
    bench.storage.faults["read"] = [FaultError(FaultCode.STORAGE, "still")]
    stuck = bench.run()
    assert stuck.complete_through == upload.received_at
    read_another(bench)
    bench.storage.faults["read"] = [FaultError(FaultCode.STORAGE, "still")]
    done = bench.run()
    assert done.complete_through is not None
    assert done.complete_through > upload.received_at
    assert error_of(bench, upload) == "UNREADABLE"


def test_a_recorded_outcome_is_made_again_from_its_row() -> None:
    error = {"code": "OBJECT_ARCHIVED", "message": "It is archived."}
    outcome = unread_outcome(12, error)
    assert outcome.rejection.document() == error
