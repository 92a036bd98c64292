"""S3 event notifications: which uploads an event announces, and which records are ignored.

The message structure is the one of the Amazon S3 user guide, "Event message structure".
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.upload import Upload

# What a BIGINT holds.
_MAX_SIZE = 1 << 63
# Bytes of UTF-8 that S3 allows in a key, and in a version id (Amazon S3 user guide).
_MAX_TEXT_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Ignored:
    """Something in an event that this pipeline ignores."""

    what: str
    reason: str


@dataclass(slots=True)
class Reading:
    """What an event says. A fault in one record does not affect the others."""

    uploads: list[Upload] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)
    faults: list[FaultError] = field(default_factory=list)


def read_event(event: object, *, bucket: str, suffixes: Sequence[str]) -> Reading:
    """Read every record of an event.

    bucket: the one bucket that events may come from.
    suffixes: the endings of keys that are taken, in lower case; keys match in any case.
    """
    reading = Reading()
    records = event.get("Records") if isinstance(event, Mapping) else None
    if not isinstance(records, list):
        what = event.get("Event", "event") if isinstance(event, Mapping) else "event"
        reading.ignored.append(Ignored(str(what), "it has no records of S3"))
        return reading
    for record in records:
        try:
            item = _read_record(record, bucket, suffixes)
        except FaultError as fault:
            reading.faults.append(fault)
        else:
            if isinstance(item, Upload):
                reading.uploads.append(item)
            else:
                reading.ignored.append(item)
    return reading


def to_event(uploads: Iterable[Upload]) -> dict[str, Any]:
    """Make the event that announces uploads, in S3's form: read_event reads the same from it."""
    return {"Records": [_record(upload) for upload in uploads]}


def _record(upload: Upload) -> dict[str, Any]:
    moment = upload.received_at.astimezone(UTC).isoformat(timespec="milliseconds")
    return {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "eventTime": moment.replace("+00:00", "Z"),
        "eventName": "ObjectCreated:Put",
        "s3": {
            "bucket": {"name": upload.bucket},
            "object": {
                "key": quote_plus(upload.key, safe="/"),
                "size": upload.size_bytes,
                "eTag": upload.etag,
                "versionId": upload.version_id,
            },
        },
    }


def _read_record(record: Any, bucket: str, suffixes: Sequence[str]) -> Upload | Ignored:  # noqa: ANN401 -- somebody else's JSON
    try:
        name = record["eventName"]
        if record["eventSource"] != "aws:s3" or not name.startswith("ObjectCreated:"):
            return Ignored(name, "it is no ObjectCreated event of S3")
        source = record["s3"]["bucket"]["name"]
        item = record["s3"]["object"]
        key = unquote_plus(item["key"], errors="strict")
        ignored = ignored_key(key, suffixes)
        if ignored:
            return ignored
        version_id = item.get("versionId")
        received_at = _moment(record["eventTime"])
        size = int(item["size"])
        _check(key, "" if version_id is None else version_id, item["eTag"], size)
        upload = Upload(source, key, version_id, item["eTag"], size, received_at)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise FaultError(
            FaultCode.MALFORMED_EVENT, f"a record is not one of S3's ({type(error).__name__})"
        ) from error
    if source != bucket:
        raise FaultError(FaultCode.UNEXPECTED_BUCKET, f"{source} is not the input bucket {bucket}")
    if version_id in (None, "", "null"):
        raise FaultError(
            FaultCode.UNVERSIONED_BUCKET,
            f"the event for {key!r} names no version: versioning must be enabled on {source}",
        )
    return upload


def _moment(text: str) -> datetime:
    """Raise ValueError or OverflowError for what S3 never sends: a time of no certain moment."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment.astimezone(UTC)


def _check(key: str, version_id: str, etag: str, size: int) -> None:
    """Raise ValueError or TypeError for what S3 never sends and no ledger could hold."""
    for text in (key, version_id, etag):
        if "\0" in text:
            raise ValueError(text)
        if len(text.encode()) > _MAX_TEXT_BYTES:
            raise ValueError(text)
    if not 0 <= size < _MAX_SIZE:
        raise ValueError(size)


def ignored_key(key: str, suffixes: Sequence[str]) -> Ignored | None:
    """Say why an object of this name is ignored; None where it is taken."""
    if key.endswith("/"):
        return Ignored(key, "it is a folder marker")
    if not key.lower().endswith(tuple(suffixes)):
        return Ignored(key, f"its name does not end in {' or '.join(suffixes)}")
    return None
