"""Objects that S3 gives to nobody: archived ones, and those under the sender's own key."""

import secrets
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from rowledger.functions.adapters.aws.storage import S3Storage
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.local.stack import Stack
from tests.unit.builders import an_upload

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@pytest.fixture
def bucket(stack: Stack) -> Iterator[str]:
    """A versioned bucket that nobody listens to."""
    client: S3Client = stack.client("s3")
    name = f"test-{secrets.token_hex(6)}"
    client.create_bucket(Bucket=name)
    client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    yield name
    for version in client.list_object_versions(Bucket=name).get("Versions", []):
        client.delete_object(Bucket=name, Key=version["Key"], VersionId=version["VersionId"])
    client.delete_bucket(Bucket=name)


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"StorageClass": "GLACIER"}, FaultCode.OBJECT_ARCHIVED),
        ({"StorageClass": "DEEP_ARCHIVE"}, FaultCode.OBJECT_ARCHIVED),
        (
            {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": secrets.token_bytes(32)},
            FaultCode.OBJECT_ENCRYPTED,
        ),
    ],
    ids=["GLACIER", "DEEP_ARCHIVE", "SSE-C"],
)
def test_an_object_that_nobody_can_read_has_a_code_of_its_own(
    stack: Stack, bucket: str, how: dict[str, Any], code: FaultCode
) -> None:
    client: S3Client = stack.client("s3")
    answer = client.put_object(Bucket=bucket, Key="cold.csv", Body=b"a\n1\n", **how)
    upload = an_upload("cold.csv", answer["VersionId"], bucket=bucket)
    storage = S3Storage(client, bucket, bucket)
    with pytest.raises(FaultError) as raised, storage.read(upload):
        pass
    assert raised.value.code is code
