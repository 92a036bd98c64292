"""Reads objects in S3."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rowledger.functions.domain.faults import FaultCode
from rowledger.operations.adapters.aws.denials import explained

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class S3Objects:
    client: "S3Client"
    policy: str

    def read(
        self, bucket: str, key: str, version_id: str | None = None, *, start: int = 0
    ) -> Iterator[bytes]:
        which: dict[str, Any] = {"Bucket": bucket, "Key": key}
        if version_id is not None:
            which["VersionId"] = version_id
        if start:
            which["Range"] = f"bytes={start}-"
        with explained(FaultCode.STORAGE, f"reading s3://{bucket}/{key}", self.policy):
            body = self.client.get_object(**which)["Body"]
            try:
                yield from body.iter_chunks(_CHUNK_BYTES)
            finally:
                body.close()
