"""Receipts and backups in S3."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from rowledger.errors import CommandError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True, slots=True)
class S3Archive:
    client: "S3Client"
    output_bucket: str
    backup_bucket: str

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
        try:
            size: int = self.client.head_object(**which)["ContentLength"]
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") != "404":
                raise
            return None
        return size

    def _content(self, bucket: str, key: str) -> bytes | None:
        try:
            return self.client.get_object(Bucket=bucket, Key=key)["Body"].read()
        except self.client.exceptions.NoSuchKey:
            return None
