"""The copy that S3 makes while the attempt counts, and how it is compared."""

import base64
import hashlib
import threading
from typing import Any
from unittest.mock import Mock, patch

import pytest

from rowledger.functions.adapters.aws.copying import BegunCopy
from rowledger.functions.adapters.aws.storage import S3Storage
from rowledger.functions.domain.deadline import Deadline
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.outcome import examine
from rowledger.functions.ports.storage import Copied
from rowledger.functions.services.backup import Backup
from tests.fakes.storage import FakeStorage
from tests.unit.builders import an_upload

NEVER = Deadline(1e9, lambda: 0.0)
CONTENT = b"a\n1\n"


@pytest.mark.parametrize("begun", [False, True])
def test_an_answer_that_does_not_name_a_backups_size_is_a_fault_of_the_storage(
    begun: bool,  # noqa: FBT001 -- a parameter
) -> None:
    answers = {"head_object.return_value": {"VersionId": "v"}, "copy_object.return_value": {}}
    storage = S3Storage(Mock(**answers), "out", "back")
    copying = storage.begin_copy(an_upload(), "backup/one", 4, NEVER) if begun else None
    content = examine([CONTENT], header=True).content
    with pytest.raises(FaultError, match="came without ContentLength") as raised:
        storage.back_up(an_upload(), "backup/one", content, NEVER, copying=copying)
    assert raised.value.code is FaultCode.STORAGE
    assert "'backup/one'" in raised.value.message


def copied(content: bytes) -> dict[str, Any]:
    """As S3 answers CopyObject."""
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    return {"VersionId": "v", "CopyObjectResult": {"ChecksumSHA256": digest}}


def test_a_copy_whose_sha256_s3_says_is_not_asked_for_again() -> None:
    client = Mock(**{"copy_object.return_value": copied(CONTENT)})
    storage = S3Storage(client, "out", "back")
    content = examine([CONTENT], header=True).content
    copying = storage.begin_copy(an_upload(), "backup/one", len(CONTENT), NEVER)
    assert storage.back_up(an_upload(), "backup/one", content, NEVER, copying=copying) == "v"
    assert not client.head_object.called
    assert client.copy_object.call_args.kwargs["ChecksumAlgorithm"] == "SHA256"


def test_a_copy_of_other_bytes_is_a_fault() -> None:
    other = copied(b"other")
    checksum = other["CopyObjectResult"]["ChecksumSHA256"]
    head = {"ContentLength": len(CONTENT), "ChecksumSHA256": checksum}
    client = Mock(**{"copy_object.return_value": other, "head_object.return_value": head})
    storage = S3Storage(client, "out", "back")
    content = examine([CONTENT], header=True).content
    copying = storage.begin_copy(an_upload(), "backup/one", len(CONTENT), NEVER)
    with pytest.raises(FaultError, match="BACKUP_DIFFERS"):
        storage.back_up(an_upload(), "backup/one", content, NEVER, copying=copying)
    assert not client.get_object.called


def test_a_begun_copy_raises_where_it_is_waited_for() -> None:
    def fails(deadline: Deadline) -> Copied:
        raise FaultError(FaultCode.STORAGE, "S3 is away")

    copying = BegunCopy(fails, NEVER)
    with pytest.raises(FaultError, match="S3 is away"):
        copying.wait()
    assert "S3 is away" in str(copying.abandon())


def test_where_there_is_no_room_for_a_thread_the_storage_has_a_fault() -> None:
    with (
        patch("threading.Thread.start", side_effect=RuntimeError("can't start new thread")),
        pytest.raises(FaultError, match="STORAGE: the copy was not begun"),
    ):
        BegunCopy(lambda _: Copied(), NEVER)


@pytest.mark.parametrize("failed", [None, FaultError(FaultCode.STORAGE, "the key is disabled")])
def test_an_attempt_that_fails_says_what_became_of_its_copy(failed: FaultError | None) -> None:
    storage = FakeStorage()
    storage.copies_fail_with = failed
    backup = Backup(storage, an_upload(), "backup/one", NEVER, early=True)
    error = FaultError(FaultCode.TIME_UP, "no time was left")
    backup.begin(4)
    backup.__exit__(type(error), error, None)
    notes = getattr(error, "__notes__", [])
    assert notes == ([f"and the copy: FaultError: {failed}"] if failed else [])


def test_a_copy_that_is_abandoned_has_no_time_left_and_is_waited_for() -> None:
    begun, ended = threading.Event(), threading.Event()

    def in_parts(deadline: Deadline) -> Copied:
        begun.set()
        while deadline.left() > 0:
            pass
        ended.set()
        deadline.check(before="the next part")
        return Copied()

    copying = BegunCopy(in_parts, NEVER)
    assert begun.wait(10)
    assert not ended.is_set()
    copying.abandon()
    assert ended.is_set()
