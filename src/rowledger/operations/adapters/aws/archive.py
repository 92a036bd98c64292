"""Receipts and backups in S3."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from rowledger.errors import CommandError
from rowledger.functions.adapters.aws.clients import MISSING, error_code
from rowledger.functions.domain.faults import FaultCode
from rowledger.operations.adapters.aws.denials import explained

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True, slots=True)
class S3Archive:
    client: "S3Client"
    output_bucket: str
    backup_bucket: str
    policy: str

    def receipt(self, key: str) -> dict[str, Any] | None:
        body = self._content(self.output_bucket, key)
        if body is None:
            return None
        try:
            receipt = json.loads(body)
        except ValueError:
            receipt = None
        if not isinstance(receipt, dict):
            raise CommandError(
                f"s3://{self.output_bucket}/{key} is no receipt: somebody wrote over it;"
                " remove it, then repair it with: rowledger reconcile"
            )
        return receipt

    def backup(self, key: str) -> bytes | None:
        return self._content(self.backup_bucket, key)

    def backup_size(self, key: str, version_id: str | None) -> int | None:
        which: dict[str, Any] = {"Bucket": self.backup_bucket, "Key": key}
        if version_id is not None:
            which["VersionId"] = version_id
        with explained(
            FaultCode.STORAGE, f"asking for s3://{self.backup_bucket}/{key}", self.policy
        ):
            try:
                size: int = self.client.head_object(**which)["ContentLength"]
            except ClientError as error:
                if error_code(error) in MISSING:
                    return None
                raise
        return size

    def _content(self, bucket: str, key: str) -> bytes | None:
        with explained(FaultCode.STORAGE, f"reading s3://{bucket}/{key}", self.policy):
            try:
                return self.client.get_object(Bucket=bucket, Key=key)["Body"].read()
            except ClientError as error:
                if error_code(error) in MISSING:
                    return None
                raise
