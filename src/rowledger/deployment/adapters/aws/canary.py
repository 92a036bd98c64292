"""A canary into the input bucket in S3, as whoever deploys."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rowledger.functions.adapters.aws.clients import translated
from rowledger.functions.domain.faults import FaultCode, FaultError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True, slots=True)
class S3Canary:
    client: "S3Client"
    bucket: str

    def upload(self, key: str, content: bytes) -> str:
        with translated(FaultCode.STORAGE, f"uploading {key!r} to {self.bucket}"):
            answer = self.client.put_object(Bucket=self.bucket, Key=key, Body=content)
        if "VersionId" not in answer:
            raise FaultError(
                FaultCode.UNVERSIONED_BUCKET, f"versioning is not enabled on {self.bucket}"
            )
        return answer["VersionId"]
