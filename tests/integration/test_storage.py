"""The buckets in S3: pinned reads, receipts, and backups that are verified."""

import math
import secrets
import time
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest

from rowledger.functions.adapters.aws.inventory import S3Inventory
from rowledger.functions.adapters.aws.storage import S3Storage
from rowledger.functions.domain.deadline import Deadline
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.outcome import Content, examine
from rowledger.functions.domain.reconciliation_pass import Cursor
from rowledger.functions.domain.upload import Upload
from rowledger.local.emulator_clients import EmulatorClients
from rowledger.local.processes import emulator
from rowledger.local.stack import Stack
from rowledger.local.state import State
from tests.faults.wire import Deed, Wire
from tests.unit.builders import RECEIVED, an_upload

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

CONTENT = b"a,b\n" + b"1,2\n" * 10
NEVER = Deadline(math.inf, time.monotonic)


@pytest.fixture
def client(stack: Stack) -> "S3Client":
    found: S3Client = stack.client("s3")
    return found


@pytest.fixture
def source(client: "S3Client") -> Iterator[str]:
    """A versioned bucket that nobody listens to."""
    name = f"test-{secrets.token_hex(6)}"
    client.create_bucket(Bucket=name)
    client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    yield name
    listed = client.list_object_versions(Bucket=name)
    for version in (*listed.get("Versions", []), *listed.get("DeleteMarkers", [])):
        client.delete_object(Bucket=name, Key=version["Key"], VersionId=version["VersionId"])
    client.delete_bucket(Bucket=name)


@pytest.fixture
def storage(client: "S3Client", source: str) -> S3Storage:
    return S3Storage(client, source, source)


def put(client: "S3Client", bucket: str, content: bytes, key: str = "orders.csv") -> Upload:
    answer = client.put_object(Bucket=bucket, Key=key, Body=content)
    return an_upload(
        key,
        answer["VersionId"],
        bucket=bucket,
        etag=answer["ETag"].strip('"'),
        size_bytes=len(content),
    )


@pytest.fixture
def inventory(client: "S3Client", source: str) -> S3Inventory:
    return S3Inventory(client, source, source)


def content_of(stored: bytes) -> Content:
    return examine([stored], header=True).content


def with_crc32(content: Content, stored: bytes) -> Content:
    """As it is counted where the copy is made in parts."""
    return replace(content, crc32=zlib.crc32(stored))


def read(storage: S3Storage, upload: Upload) -> bytes:
    with storage.read(upload) as reading:
        return b"".join(reading.chunks)


def test_the_version_of_the_event_is_read_though_another_came_since(
    client: "S3Client", source: str, storage: S3Storage
) -> None:
    first = put(client, source, b"first")
    put(client, source, b"second")
    assert read(storage, first) == b"first"


def test_what_trickles_in_is_handed_on_before_a_chunk_is_full(
    stack: Stack, client: "S3Client", source: str
) -> None:
    """So that whoever reads can look at the time: it may trickle for hours."""
    content = CONTENT * 1_000
    upload = put(client, source, content)
    with Wire(State.load(stack.layout).parts[emulator.NAME].port) as wire:
        aws = EmulatorClients(
            f"http://127.0.0.1:{wire.port}", stack.aws.access_key, stack.aws.secret_key
        )
        storage = S3Storage(aws.client("s3"), source, source)
        with (
            wire.fault(b"GET ", Deed.TRICKLE, after=len(content), every=0.6) as trickle,
            storage.read(upload) as reading,
        ):
            assert content.startswith(next(reading.chunks))
            assert trickle.done == 1


def test_a_deleted_version_is_missing(client: "S3Client", source: str, storage: S3Storage) -> None:
    upload = put(client, source, CONTENT)
    client.delete_object(Bucket=source, Key=upload.key, VersionId=upload.version_id)
    with pytest.raises(FaultError) as raised:
        read(storage, upload)
    assert raised.value.code is FaultCode.OBJECT_MISSING


@pytest.mark.parametrize(
    "key", ["a b+c/Größe 日本.csv", "x" * 1000 + ".csv", "a?versionId=9%2B.csv"]
)
def test_a_backup_is_exactly_the_counted_version(
    client: "S3Client", source: str, storage: S3Storage, key: str
) -> None:
    upload = put(client, source, CONTENT, key)
    content = content_of(CONTENT)
    put(client, source, b"another", key)
    with patch.object(client, "head_object", side_effect=AssertionError("looked at again")):
        copying = storage.begin_copy(upload, "backup/one", content.size_bytes, NEVER)
        version_id = storage.back_up(upload, "backup/one", content, NEVER, copying=copying)
    body = client.get_object(Bucket=source, Key="backup/one", VersionId=version_id or "")["Body"]
    assert body.read() == CONTENT


def test_a_copy_that_differs_is_a_fault(
    client: "S3Client", source: str, storage: S3Storage
) -> None:
    upload = put(client, source, CONTENT)
    same_size = content_of(CONTENT.replace(b"1", b"9"))
    with pytest.raises(FaultError) as raised:
        storage.back_up(upload, "backup/one", same_size, NEVER)
    assert raised.value.code is FaultCode.BACKUP_DIFFERS
    shorter = content_of(CONTENT[:-4])
    with pytest.raises(FaultError, match="BACKUP_DIFFERS"):
        storage.back_up(upload, "backup/one", shorter, NEVER)


def test_a_retry_keeps_an_earlier_attempts_good_copy_and_replaces_a_bad_one(
    client: "S3Client", source: str, storage: S3Storage
) -> None:
    upload = put(client, source, CONTENT)
    content = content_of(CONTENT)
    client.put_object(Bucket=source, Key="backup/one", Body=b"half a copy")
    first = storage.back_up(upload, "backup/one", content, NEVER)
    assert storage.back_up(upload, "backup/one", content, NEVER) == first


@pytest.mark.parametrize("checked", ["by its checksum", "read back"])
def test_a_large_object_is_copied_in_parts_and_verified(
    client: "S3Client", source: str, storage: S3Storage, checked: str
) -> None:
    content = b"0123456789abcde\n" * (12 << 16)  # 12 MiB
    upload = put(client, source, content)
    in_parts = replace(storage, max_single_copy_bytes=6 << 20, part_bytes=5 << 20)
    counted, other = content_of(content), content_of(content[::-1])
    if checked == "by its checksum":
        counted, other = with_crc32(counted, content), with_crc32(other, content[::-1])
    with (
        patch.object(client, "copy_object", side_effect=AssertionError("in one piece")),
        patch.object(client, "get_object", wraps=client.get_object) as read_back,
    ):
        in_parts.back_up(upload, "backup/large", counted, NEVER)
        assert read_back.called is (checked == "read back")
        with pytest.raises(FaultError, match="BACKUP_DIFFERS"):
            in_parts.back_up(upload, "backup/large", other, NEVER)


def test_a_copy_in_parts_is_given_up_between_them_when_the_time_is_up(
    client: "S3Client", source: str, storage: S3Storage
) -> None:
    content = b"0123456789abcde\n" * (80 << 16)  # 80 MiB: 16 parts, more than are copied at once
    upload = put(client, source, content)
    in_parts = replace(storage, max_single_copy_bytes=6 << 20, part_bytes=5 << 20)
    with patch.object(client, "upload_part_copy", wraps=client.upload_part_copy) as copied:
        late = Deadline(1e6, lambda: 2e6 * copied.called)
        with pytest.raises(FaultError, match="TIME_UP"):
            in_parts.back_up(upload, "backup/large", content_of(content), late)
    assert copied.call_count < 16
    assert "Uploads" not in client.list_multipart_uploads(Bucket=source)


def test_reading_a_backup_back_is_given_up_when_the_time_is_up(
    client: "S3Client", source: str, storage: S3Storage
) -> None:
    content = b"0123456789abcde\n" * (12 << 16)  # 12 MiB
    upload = put(client, source, content)
    in_parts = replace(storage, max_single_copy_bytes=6 << 20, part_bytes=5 << 20)
    with patch.object(client, "get_object", wraps=client.get_object) as read_back:
        late = Deadline(1e6, lambda: 2e6 * read_back.called)
        with pytest.raises(FaultError, match="TIME_UP"):
            in_parts.back_up(upload, "backup/large", content_of(content), late)
    assert read_back.called


def test_an_object_uploaded_in_parts_is_verified_too(
    client: "S3Client", source: str, storage: S3Storage, tmp_path: Path
) -> None:
    content = b"0123456789abcde\n" * (1 << 20)  # 16 MiB: two parts of boto3's size
    path = tmp_path / "large.csv"
    path.write_bytes(content)
    client.upload_file(str(path), source, "large.csv")
    version_id = client.head_object(Bucket=source, Key="large.csv")["VersionId"]
    upload = an_upload("large.csv", version_id, bucket=source)
    storage.back_up(upload, "backup/large", content_of(content), NEVER)
    with pytest.raises(FaultError, match="BACKUP_DIFFERS"):
        storage.back_up(upload, "backup/large", content_of(content[::-1]), NEVER)


def test_the_receipt_is_written_over_an_earlier_one(
    client: "S3Client", source: str, storage: S3Storage
) -> None:
    storage.write_receipt("receipts/r/result.json", b"{}")
    storage.write_receipt("receipts/r/result.json", b'{"a": 1}')
    answer = client.get_object(Bucket=source, Key="receipts/r/result.json")
    assert (answer["ContentType"], answer["Body"].read()) == ("application/json", b'{"a": 1}')


def test_what_s3_refuses_is_a_fault(client: "S3Client") -> None:
    nowhere = S3Storage(client, "no-such-bucket-anywhere", "no-such-bucket-anywhere")
    with pytest.raises(FaultError) as raised:
        nowhere.write_receipt("r/result.json", b"{}")
    assert raised.value.code is FaultCode.STORAGE
    assert "NoSuchBucket" in raised.value.message


def test_every_version_is_listed_once_whatever_the_pages_size(
    client: "S3Client", source: str, inventory: S3Inventory
) -> None:
    wanted = [
        put(client, source, content, key)
        for key in ("a b+ä/日本.csv", "a.csv", "z.txt")
        for content in (b"1", b"22", b"333")
    ]
    client.delete_object(Bucket=source, Key="a.csv")
    for limit in (1, 2, 4, 1000):
        listed: list[Upload] = []
        after: Cursor | None = Cursor()
        while after is not None:
            page = inventory.list_versions(source, after, limit=limit)
            listed += page.uploads
            after = page.after
        assert [each.key for each in listed] == sorted(each.key for each in wanted)
        assert {each.version_id: replace(each, received_at=RECEIVED) for each in listed} == {
            each.version_id: each for each in wanted
        }
        assert [each.size_bytes for each in listed[:3]] == [3, 2, 1]
    assert all(abs(datetime.now(UTC) - each.received_at) < timedelta(hours=1) for each in listed)


def test_the_walk_goes_on_from_any_version(
    client: "S3Client", source: str, inventory: S3Inventory
) -> None:
    oldest, middle, _ = (put(client, source, content) for content in (b"1", b"22", b"333"))
    page = inventory.list_versions(source, Cursor(middle.key, middle.version_id), limit=1000)
    assert [each.version_id for each in page.uploads] == [oldest.version_id]


def test_receipts_and_backups_are_looked_for_by_key(
    client: "S3Client", source: str, inventory: S3Inventory
) -> None:
    there = [f"receipts/a b+ä {number}.csv/v/result.json" for number in range(25)]
    for key in there:
        client.put_object(Bucket=source, Key=key, Body=b"{}")
    client.delete_object(Bucket=source, Key=there[0])
    assert inventory.existing_receipts([*there, "receipts/none"], NEVER) == set(there[1:])
    assert inventory.existing_backups(there[:2], NEVER) == {there[1]}
    assert inventory.existing_backups([], NEVER) == set()


def test_a_version_is_looked_for_and_no_other(client: "S3Client", source: str) -> None:
    bucket = S3Inventory(client, "out", "back")
    older, newer = (put(client, source, content) for content in (b"1", b"22"))
    client.delete_object(Bucket=source, Key=older.key, VersionId=older.version_id)
    assert not bucket.has_version(older)
    assert bucket.has_version(newer)
    client.delete_object(Bucket=source, Key=newer.key)
    assert bucket.has_version(newer)


def test_what_s3_refuses_to_say_is_a_fault(client: "S3Client") -> None:
    nowhere = S3Inventory(client, "no-such-bucket-anywhere", "no-such-bucket-anywhere")
    with pytest.raises(FaultError, match="NoSuchBucket"):
        nowhere.list_versions("no-such-bucket-anywhere", Cursor(), limit=1)
