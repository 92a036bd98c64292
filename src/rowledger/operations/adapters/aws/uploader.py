"""Puts local files into the input bucket in S3."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from rowledger.errors import CommandError
from rowledger.operations.ports.uploader import OnProgress

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# S3 takes at most 5 GiB in one PUT (Amazon S3 API reference, PutObject); far smaller files are
# faster in parallel parts.
_MAX_SINGLE_PUT_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class S3Uploader:
    client: "S3Client"
    bucket: str

    def put(self, path: Path, key: str, on_progress: OnProgress) -> str:
        try:
            return self._put(path, key, on_progress)
        except (BotoCoreError, ClientError) as error:
            raise CommandError(f"{path} could not be uploaded: {error}") from error

    def _put(self, path: Path, key: str, on_progress: OnProgress) -> str:
        if path.stat().st_size <= _MAX_SINGLE_PUT_BYTES:
            body = path.read_bytes()
            answer = self.client.put_object(Bucket=self.bucket, Key=key, Body=body)
            on_progress(len(body))
            return answer["VersionId"]
        self.client.upload_file(str(path), self.bucket, key, Callback=on_progress)
        # The transfer does not return the version that it made: it is the latest.
        return self.client.head_object(Bucket=self.bucket, Key=key)["VersionId"]
