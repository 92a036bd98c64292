"""S3 with one bucket, for make bootstrap."""

from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError


class FolderS3:
    """One bucket as a folder: it exists once the folder does, and holds the folder's files."""

    def __init__(self, folder: Path, *, location: str | None = None, code: str = "404") -> None:
        self._folder = folder
        self._location = location
        self._code = code

    def head_bucket(self, *, Bucket: str) -> None:  # noqa: N803 -- boto3's names
        self._need(self._folder, "HeadBucket")

    def head_object(self, *, Bucket: str, Key: str) -> None:  # noqa: N803
        self._need(self._folder / "state", "HeadObject")

    def get_bucket_location(self, *, Bucket: str) -> dict[str, Any]:  # noqa: N803
        return {"LocationConstraint": self._location}

    def _need(self, path: Path, operation: str) -> None:
        if not path.exists():
            raise ClientError({"Error": {"Code": self._code}}, operation)
