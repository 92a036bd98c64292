"""Puts local files into the input bucket in S3."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from rowledger.errors import CommandError
from rowledger.operations.adapters.aws.denials import denial
from rowledger.operations.ports.uploader import NO_METADATA, OnProgress

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

# S3 takes at most 5 GiB in one PUT (Amazon S3 API reference, PutObject); far smaller files are
# faster in parallel parts. There may be 10,000 parts, and an object of at most 5 TiB has so many of
# 550 MB.
MAX_SINGLE_PUT_BYTES = 64 << 20
_MAX_PARTS = 10_000
_PARTS_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class S3Uploader:
    client: "S3Client"
    bucket: str
    policy: str

    def put(
        self,
        path: Path,
        key: str,
        on_progress: OnProgress,
        metadata: Mapping[str, str] = NO_METADATA,
    ) -> str:
        with _translated(path, self.policy):
            size = path.stat().st_size
            if size <= MAX_SINGLE_PUT_BYTES:
                body = path.read_bytes()
                answer = self.client.put_object(
                    Bucket=self.bucket, Key=key, Body=body, Metadata=dict(metadata)
                )
                on_progress(len(body))
                return answer["VersionId"]
            return self._put_in_parts(path, key, size, on_progress, metadata)

    def _put_in_parts(
        self,
        path: Path,
        key: str,
        size: int,
        on_progress: OnProgress,
        metadata: Mapping[str, str],
    ) -> str:
        """By S3's own calls: boto3's transfer manager does not say which version it made."""
        part_bytes = max(MAX_SINGLE_PUT_BYTES, -(-size // _MAX_PARTS))
        begun = self.client.create_multipart_upload(
            Bucket=self.bucket, Key=key, Metadata=dict(metadata)
        )
        upload_id = begun["UploadId"]

        def put_part(number: int) -> "CompletedPartTypeDef":
            with path.open("rb") as file:
                file.seek((number - 1) * part_bytes)
                body = file.read(part_bytes)
            answer = self.client.upload_part(
                Bucket=self.bucket, Key=key, UploadId=upload_id, PartNumber=number, Body=body
            )
            on_progress(len(body))
            return {"PartNumber": number, "ETag": answer["ETag"]}

        try:
            with ThreadPoolExecutor(_PARTS_AT_ONCE) as pool:
                parts = list(pool.map(put_part, range(1, -(-size // part_bytes) + 1)))
            done = self.client.complete_multipart_upload(
                Bucket=self.bucket,
                Key=key,
                UploadId=upload_id,
                MultipartUpload={"Parts": parts},
            )
        except BaseException:
            # What S3 has of it would stay, and be paid for.
            self.client.abort_multipart_upload(Bucket=self.bucket, Key=key, UploadId=upload_id)
            raise
        return done["VersionId"]


@contextmanager
def _translated(path: Path, policy: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "unknown")
        why = denial(error, policy) or str(error)
        raise CommandError(f"{path} could not be uploaded: {code}: {why}") from error
    except BotoCoreError as error:
        raise CommandError(f"{path} could not be uploaded: {error}") from error
