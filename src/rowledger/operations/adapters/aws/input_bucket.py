"""Uploads in the input bucket in S3, as a person may look for them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from rowledger.functions.adapters.aws.clients import MISSING, error_code
from rowledger.functions.domain.faults import FaultCode
from rowledger.functions.domain.upload import Upload
from rowledger.operations.adapters.aws.denials import explained

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True, slots=True)
class S3InputBucket:
    client: "S3Client"
    policy: str

    def has_version(self, upload: Upload) -> bool:
        what = f"looking for {upload.key!r} ({upload.version_id})"
        with explained(FaultCode.STORAGE, what, self.policy):
            try:
                self.client.head_object(
                    Bucket=upload.bucket, Key=upload.key, VersionId=upload.version_id
                )
            except ClientError as error:
                if error_code(error) in MISSING:
                    return False
                raise
        return True
