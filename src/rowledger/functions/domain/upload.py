"""An upload: one version of one object in the input bucket, the unit of everything."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, order=True)
class UploadName:
    """What names one upload: one version of one key."""

    bucket: str
    key: str
    version_id: str


@dataclass(frozen=True, slots=True)
class Upload:
    """Its identity is (bucket, key, version_id); the rest is what the event said of it.

    key: decoded, as S3 shows it.
    etag: without quotes.
    size_bytes: as stored, before decompression.
    received_at: the event's time, UTC, in milliseconds.
    """

    bucket: str
    key: str
    version_id: str
    etag: str
    size_bytes: int
    received_at: datetime

    @property
    def name(self) -> UploadName:
        """What names it."""
        return UploadName(self.bucket, self.key, self.version_id)
