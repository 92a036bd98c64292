"""An upload: one version of one object in the input bucket, the unit of everything."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

# S3, the database and the function read clocks of their own; a minute is far more than they differ.
CLOCK_MARGIN = timedelta(minutes=1)


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

    def received_by(self, now: datetime) -> "Upload":
        """The upload; received now where its event names a time that is still to come."""
        if self.received_at <= now + CLOCK_MARGIN:
            return self
        return replace(self, received_at=_in_milliseconds(now))


def _in_milliseconds(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
