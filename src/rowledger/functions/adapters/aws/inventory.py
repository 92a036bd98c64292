"""What lies in the three buckets in S3."""

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from rowledger.functions.adapters.aws.clients import MISSING, error_code, translated
from rowledger.functions.domain.deadline import Deadline
from rowledger.functions.domain.faults import FaultCode
from rowledger.functions.domain.reconciliation_pass import Cursor
from rowledger.functions.domain.upload import Upload
from rowledger.functions.ports.inventory import Page

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# As many as a client keeps connections for; they wait for S3 most of their time.
HEADS_AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class S3Inventory:
    client: "S3Client"
    output_bucket: str
    backup_bucket: str

    def list_versions(self, bucket: str, after: Cursor, *, limit: int) -> Page:
        markers = {"KeyMarker": after.key, "VersionIdMarker": after.version_id}
        with translated(FaultCode.STORAGE, f"listing {bucket}"):
            answer = self.client.list_object_versions(
                Bucket=bucket,
                MaxKeys=limit,
                # S3 takes no marker that is empty.
                **{name: marker for name, marker in markers.items() if marker},  # type: ignore[arg-type]
            )
        uploads = [
            Upload(
                bucket,
                version["Key"],
                version["VersionId"],
                version["ETag"].strip('"'),
                version["Size"],
                version["LastModified"],
            )
            for version in answer.get("Versions", [])
        ]
        if not answer["IsTruncated"]:
            return Page(uploads, None)
        return Page(uploads, Cursor(answer["NextKeyMarker"], answer.get("NextVersionIdMarker", "")))

    def has_version(self, upload: Upload) -> bool:
        with translated(FaultCode.STORAGE, f"looking for {upload.key!r} ({upload.version_id})"):
            try:
                self.client.head_object(
                    Bucket=upload.bucket, Key=upload.key, VersionId=upload.version_id
                )
            except ClientError as error:
                if error_code(error) in MISSING:
                    return False
                raise
            return True

    def existing_receipts(self, keys: Collection[str], deadline: Deadline) -> set[str]:
        return self._existing(self.output_bucket, keys, deadline)

    def existing_backups(self, keys: Collection[str], deadline: Deadline) -> set[str]:
        return self._existing(self.backup_bucket, keys, deadline)

    def _existing(self, bucket: str, keys: Collection[str], deadline: Deadline) -> set[str]:
        def exists(key: str) -> bool:
            deadline.check(before=f"looking for {key!r}")
            with translated(FaultCode.STORAGE, f"looking for {key!r} in {bucket}"):
                try:
                    self.client.head_object(Bucket=bucket, Key=key)
                except ClientError as error:
                    if error_code(error) in MISSING:
                        return False
                    raise
                return True

        with ThreadPoolExecutor(HEADS_AT_ONCE) as pool:
            return {key for key, found in zip(keys, pool.map(exists, keys), strict=True) if found}
