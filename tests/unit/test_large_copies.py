"""Copies in parts as S3 is asked for them: with one checksum of the whole."""

import base64
import hashlib
import zlib
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock

import boto3
import pytest
from botocore.config import Config
from botocore.stub import ANY, Stubber

from rowledger.functions.adapters.aws.large_copies import copy_in_parts
from rowledger.functions.adapters.aws.storage import S3Storage
from rowledger.functions.domain.deadline import Deadline
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.outcome import examine
from tests.unit.builders import an_upload

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

CONTENT = b"a,b\n" + b"1,2\n" * 10
NEVER = Deadline(1e9, lambda: 0.0)


SHA256 = base64.b64encode(hashlib.sha256(CONTENT).digest()).decode()


def digest(content: bytes) -> str:
    return base64.b64encode(zlib.crc32(content).to_bytes(4)).decode()


def storage_of(head: dict[str, Any]) -> tuple[S3Storage, Mock]:
    """A store that makes a copy in parts, and says this of it."""
    client = Mock(**{"head_object.return_value": {"ContentLength": len(CONTENT), **head}})
    body = Mock(read1=Mock(side_effect=[CONTENT, b""]), close=Mock())
    body.__enter__ = lambda each: each
    client.get_object.return_value = {"Body": body, "ContentLength": len(CONTENT)}
    storage = S3Storage(client, "out", "back")
    return storage, client


@pytest.mark.parametrize(
    ("head", "read_back"),
    [
        ({"ChecksumCRC32": digest(CONTENT), "ChecksumType": "FULL_OBJECT"}, False),
        # Before S3 said which kind it is.
        ({"ChecksumCRC32": digest(CONTENT)}, False),
        ({"ChecksumSHA256": SHA256, "ChecksumType": "FULL_OBJECT"}, False),
        ({"ChecksumSHA256": SHA256 + "-3", "ChecksumType": "COMPOSITE"}, True),
        ({"ChecksumCRC32": digest(b"x") + "-3", "ChecksumType": "COMPOSITE"}, True),
        ({"ChecksumCRC32": digest(b"x"), "ChecksumType": "COMPOSITE"}, True),
        ({}, True),
    ],
)
def test_a_backup_is_read_back_only_where_no_checksum_of_the_whole_is_given(
    head: dict[str, Any], *, read_back: bool
) -> None:
    storage, client = storage_of(head)
    content = examine([CONTENT], header=True, crc32=True).content
    storage.back_up(an_upload(size_bytes=len(CONTENT)), "backup/k", content, NEVER)
    assert client.get_object.called is read_back
    assert not client.copy_object.called


@pytest.fixture
def s3() -> "S3Client":
    return boto3.client(
        "s3",
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
        config=Config(request_checksum_calculation="when_required"),
    )


def test_no_call_of_a_copy_in_parts_begins_once_the_time_is_up(s3: "S3Client") -> None:
    """But the one that removes the parts."""
    calls = iter(["begins"])

    def until_it_has_begun() -> None:
        if next(calls, None) is None:
            raise FaultError(FaultCode.TIME_UP, "no time was left")

    with Stubber(s3) as stub:
        stub.add_response("head_object", {"ContentLength": 6 << 20, "ETag": "e"})
        stub.add_response("create_multipart_upload", {"UploadId": "u"})
        stub.add_response("abort_multipart_upload", {})
        with pytest.raises(FaultError, match="TIME_UP"):
            copy_in_parts(
                s3,
                {"Bucket": "in", "Key": "k", "VersionId": "v"},
                {"Bucket": "back", "Key": "k"},
                threshold_bytes=5 << 20,
                part_bytes=6 << 20,
                before_call=until_it_has_begun,
            )
        stub.assert_no_pending_responses()


def test_a_copy_in_parts_asks_for_one_checksum_of_the_whole(s3: "S3Client") -> None:
    """Twice over one client, as a function that lives on does."""
    for _ in range(2):
        with Stubber(s3) as stub:
            stub.add_response("head_object", {"ContentLength": 6 << 20, "ETag": "e"})
            stub.add_response(
                "create_multipart_upload",
                {"UploadId": "u"},
                {
                    "Bucket": "back",
                    "Key": "k",
                    "ChecksumAlgorithm": "CRC32",
                    "ChecksumType": "FULL_OBJECT",
                },
            )
            part = {"CopyPartResult": {"ETag": "p", "ChecksumCRC32": digest(b"x")}}
            stub.add_response("upload_part_copy", part)
            stub.add_response(
                "complete_multipart_upload",
                {},
                {"Bucket": "back", "Key": "k", "UploadId": "u", "MultipartUpload": ANY},
            )
            copy_in_parts(
                s3,
                {"Bucket": "in", "Key": "k", "VersionId": "v"},
                {"Bucket": "back", "Key": "k"},
                threshold_bytes=5 << 20,
                part_bytes=6 << 20,
                before_call=lambda: None,
            )
            stub.assert_no_pending_responses()
