"""The intake over fakes of its ports."""

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
from jsonschema import Draft202012Validator

from rowledger.functions import contract
from rowledger.functions.domain.expansion import ExpansionLimit
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.keys import receipt_key
from rowledger.functions.domain.mail import MailedStatuses
from rowledger.functions.domain.outcome import Rejected, Status
from rowledger.functions.domain.replay import ReplayRequest, ReplaySource
from rowledger.functions.domain.unreadable import Patience
from rowledger.functions.domain.upload import Upload
from rowledger.functions.ports.storage import ObjectStream
from rowledger.functions.services.examination import Examination
from rowledger.functions.services.intake import Intake, IntakeResult
from rowledger.functions.services.judging import Judging
from rowledger.functions.services.outbox import Outbox
from tests.fakes.ledger import FakeLedger
from tests.fakes.mail_queue import FakeMailQueue
from tests.fakes.notifier import FakeNotifier
from tests.fakes.storage import FakeStorage
from tests.unit.builders import BUCKET, an_upload

FAULT = FaultError(FaultCode.STORAGE, "the store is away")


class World:
    """The intake with its fakes, and a clock that tests move."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 22, 9, 15, tzinfo=UTC)
        self.ledger = FakeLedger(lease_seconds=360, now=lambda: self.time)
        self.storage = FakeStorage(chunk_bytes=3)
        self.queue = FakeMailQueue(self.ledger)
        self.notifier = FakeNotifier()
        self.intake = Intake(
            ledger=self.ledger,
            storage=self.storage,
            outbox=Outbox(self.ledger, self.queue, self.notifier, sleep=self.sleep),
            output_bucket="out",
            backup_bucket="back",
            examination=Examination(
                storage=self.storage,
                header=True,
                header_names=True,
                rejected_warnings=(),
                expansion=ExpansionLimit(max_bytes=10_000, max_ratio=100),
            ),
            judging=Judging(self.ledger),
            patience=Patience(attempts=3, period=timedelta(hours=4)),
            mailed=MailedStatuses.ALL,
            now=lambda: self.time,
            monotonic=self.seconds,
        )

    def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)

    def put(
        self, content: bytes = b"a,b\n1,2\n", key: str = "orders.csv", version: str = "v1"
    ) -> Upload:
        self.storage.uploads[BUCKET, key, version] = content
        return an_upload(key, version, size_bytes=len(content))

    @property
    def attempts(self) -> list[tuple[int, str | None]]:
        """Of the upload received last."""
        (latest,) = self.ledger.histories(limit=1)
        return [(each["attempt"], each["result"]) for each in latest.attempts]

    def take(self, upload: Upload, request_id: str) -> IntakeResult:
        return self.intake.take(upload, request_id, seconds=250)

    def seconds(self) -> float:
        return self.time.timestamp()

    def pass_seconds(self, seconds: int) -> None:
        self.time += timedelta(seconds=seconds)


@pytest.fixture
def world() -> World:
    return World()


def test_a_good_file_is_recorded_receipted_backed_up_and_announced(world: World) -> None:
    upload = world.put()
    report = world.take(upload, "r1")
    assert (report.status, report.attempt) == (Status.SUCCESS, 1)
    (row,) = world.ledger.ledger_rows()
    assert (row.status, row.rows_count, row.attempt) == ("SUCCESS", 1, 1)
    assert json.loads(world.storage.receipts[receipt_key(upload)])["rows_count"] == 1
    assert world.storage.backups == {row.backup_key: b"a,b\n1,2\n"}
    assert [message.subject for message in world.notifier.published] == [
        "SUCCESS: orders.csv (1 data row)"
    ]


def test_a_bad_file_is_a_normal_outcome(world: World) -> None:
    report = world.take(world.put(b'a\n"open'), "r1")
    assert report.status is Status.FAILED
    (row,) = world.ledger.ledger_rows()
    assert row.error is not None
    assert row.error["code"] == "UNTERMINATED_QUOTE"
    assert row.rows_count is None
    assert len(world.storage.backups) == len(world.storage.receipts) == 1
    assert world.notifier.published[0].attributes["status"] == "FAILED"


def test_a_file_that_expands_beyond_the_limit_is_rejected(world: World) -> None:
    bomb = gzip.compress(b"a\n" * 1_000_000)
    report = world.take(world.put(bomb, key="bomb.csv.gz"), "r1")
    assert isinstance(report.outcome, Rejected)
    assert report.outcome.rejection.code == "TOO_LARGE"
    assert report.outcome.content.size_bytes == len(bomb)
    assert list(world.storage.backups.values()) == [bomb]


def test_the_same_event_again_changes_nothing(world: World) -> None:
    upload = world.put()
    world.take(upload, "r1")
    report = world.take(upload, "r2")
    assert (report.status, report.outcome) == (Status.SUCCESS, None)
    assert len(world.ledger.histories(limit=10)) == 1
    assert len(world.notifier.published) == 1


def test_a_new_version_of_a_key_is_an_upload_of_its_own(world: World) -> None:
    world.take(world.put(b"a\n1\n", version="v1"), "r1")
    world.take(world.put(b"a\n1\n2\n", version="v2"), "r2")
    assert [each.row.rows_count for each in world.ledger.histories(limit=10)] == [2, 1]
    assert len(world.storage.backups) == len(world.storage.receipts) == 2


@pytest.mark.parametrize("step", ["read", "begin_copy", "write_receipt", "back_up"])
def test_a_fault_before_the_commit_leaves_the_upload_to_the_retry(world: World, step: str) -> None:
    upload = world.put()
    world.storage.faults[step] = [FAULT]
    with pytest.raises(FaultError, match="the store is away"):
        world.take(upload, "r1")
    assert world.notifier.published == []
    assert world.attempts == [(1, "STORAGE")]
    assert all(copy.ended for copy in world.storage.copies)
    report = world.take(upload, "r2")
    assert (report.status, report.attempt) == (Status.SUCCESS, 2)
    assert len(world.storage.receipts) == len(world.storage.backups) == 1
    assert len(world.notifier.published) == 1


def test_the_copy_is_begun_before_the_file_is_read_but_by_a_retry(world: World) -> None:
    """A retry may find an earlier attempt's, and keeps it once it knows the content."""
    upload = world.put()
    world.storage.faults["write_receipt"] = [FAULT]
    with pytest.raises(FaultError, match="the store is away"):
        world.take(upload, "r1")
    assert [copy.ended for copy in world.storage.copies] == [True]
    world.take(upload, "r2")
    assert len(world.storage.copies) == 1
    assert len(world.storage.backups) == 1


def test_nothing_is_copied_of_an_upload_that_is_gone(world: World) -> None:
    world.take(replace(world.put(), version_id="gone"), "r1")
    assert world.storage.copies == []


def test_a_fault_in_publishing_is_repaired_by_the_retry(world: World) -> None:
    upload = world.put()
    world.notifier.faults = [FaultError(FaultCode.NOTIFICATION, "the topic is away")]
    with pytest.raises(FaultError, match="the topic is away"):
        world.take(upload, "r1")
    assert world.ledger.histories(limit=1)[0].row.status == "SUCCESS"
    world.take(upload, "r2")
    world.take(upload, "r3")
    assert len(world.notifier.published) == 1


def test_an_error_of_our_own_releases_the_upload_too(world: World) -> None:
    upload = world.put()
    world.storage.faults["read"] = [ZeroDivisionError("a mistake in the code")]
    with pytest.raises(ZeroDivisionError):
        world.take(upload, "r1")
    assert world.attempts == [(1, "INTERNAL")]


def test_a_held_upload_is_left_to_its_holder_until_the_lease_ends(world: World) -> None:
    upload = world.put()
    world.ledger.claim(upload, "crashed")
    with pytest.raises(FaultError, match="UPLOAD_IN_PROGRESS"):
        world.take(upload, "r2")
    world.pass_seconds(361)
    assert world.take(upload, "r2").attempt == 2


def test_the_retry_of_a_crashed_request_need_not_wait(world: World) -> None:
    upload = world.put()
    world.ledger.claim(upload, "r1")
    assert world.take(upload, "r1").attempt == 2


def test_a_crash_between_commit_and_publish_is_announced_by_the_retry(world: World) -> None:
    upload = world.put()
    world.notifier.faults = [KeyboardInterrupt("killed")]  # type: ignore[list-item]
    with pytest.raises(KeyboardInterrupt):
        world.take(upload, "r1")
    with pytest.raises(FaultError, match="UPLOAD_IN_PROGRESS"):
        world.take(upload, "r2")
    world.take(upload, "r1")
    assert len(world.notifier.published) == 1


def test_a_replayed_upload_is_announced_once_more_under_an_id_of_its_own(world: World) -> None:
    upload = world.put(b'a\n"open')
    world.notifier.faults = [FAULT]
    with pytest.raises(FaultError):
        world.take(upload, "r1")
    world.ledger.reopen([upload], ReplayRequest("ada", "the cause is gone", ReplaySource.LEDGER))
    world.storage.uploads[BUCKET, upload.key, upload.version_id] = b"a\n1\n"
    world.notifier.faults = [FAULT]
    with pytest.raises(FaultError):
        world.take(upload, "r2")
    assert world.notifier.published == []
    assert world.take(upload, "r3").outcome is None
    statuses = [message.attributes["status"] for message in world.notifier.published]
    assert statuses == ["FAILED", "SUCCESS"]
    assert len({message.message_id for message in world.notifier.published}) == 2
    (found,) = world.ledger.histories(limit=2)
    assert [attempt["result"] for attempt in found.attempts] == ["FAILED", "SUCCESS"]


def test_versions_of_one_millisecond_get_backups_of_their_own(world: World) -> None:
    world.take(world.put(b"a\n1\n", version="v1"), "r1")
    world.take(world.put(b"b\n2\n", version="v2"), "r2")
    assert sorted(world.storage.backups.values()) == [b"a\n1\n", b"b\n2\n"]


def test_an_upload_that_was_deleted_before_it_was_read_is_recorded_as_such(world: World) -> None:
    upload = an_upload("gone.csv")
    assert world.take(upload, "r1").status is Status.FAILED
    (row,) = world.ledger.ledger_rows()
    assert row.error is not None
    assert row.error["code"] == "OBJECT_DELETED"
    assert world.storage.backups == {}
    receipt = json.loads(world.storage.receipts[receipt_key(upload)])
    Draft202012Validator(contract.load("result.schema.json")).validate(receipt)
    assert (receipt["backup"], receipt["sha256"]) == (None, None)
    (message,) = world.notifier.published
    assert message.subject == "FAILED: gone.csv (OBJECT_DELETED)"
    assert "Backup:    none" in message.body


def test_a_file_that_takes_too_long_is_given_up_and_released(world: World) -> None:
    upload = world.put(b"a\n" * 100)
    slow = world.storage.read

    @contextmanager
    def read(upload: Upload) -> Iterator[ObjectStream]:
        def ticking(chunks: Iterator[bytes]) -> Iterator[bytes]:
            for chunk in chunks:
                world.pass_seconds(60)
                yield chunk

        with slow(upload) as stream:
            yield replace(stream, chunks=ticking(stream.chunks))

    with patch.object(world.storage, "read", read), pytest.raises(FaultError, match="TIME_UP"):
        world.take(upload, "r1")
    assert world.storage.receipts == {}
    assert world.take(upload, "r2").attempt == 2


def test_a_backup_for_which_no_time_is_left_is_given_up_and_the_upload_released(
    world: World,
) -> None:
    upload = world.put()
    write_receipt = world.storage.write_receipt

    def slowly(key: str, body: bytes) -> None:
        write_receipt(key, body)
        world.pass_seconds(251)

    with (
        patch.object(world.storage, "write_receipt", slowly),
        pytest.raises(FaultError, match="TIME_UP"),
    ):
        world.take(upload, "r1")
    assert world.storage.backups == {}
    assert world.attempts == [(1, "TIME_UP")]
    assert world.take(upload, "r2").attempt == 2
