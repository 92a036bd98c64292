"""Uploads and events for tests."""

from datetime import UTC, datetime
from typing import Any

from rowledger.functions.domain.event import to_event
from rowledger.functions.domain.upload import Upload

BUCKET = "candidate-test-input"
RECEIVED = datetime(2026, 11, 22, 9, 15, 0, 250_000, tzinfo=UTC)
SUFFIXES = (".csv", ".csv.gz")


def an_upload(key: str = "orders.csv", version_id: str = "v1", **changes: Any) -> Upload:  # noqa: ANN401
    fields: dict[str, Any] = {
        "bucket": BUCKET,
        "key": key,
        "version_id": version_id,
        "etag": "0f343b0931126a20f133d67c2b018a3b",
        "size_bytes": 12,
        "received_at": RECEIVED,
    }
    return Upload(**{**fields, **changes})


def a_record(upload: Upload, **object_changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """The upload's record in an event, changed in its object's part."""
    (record,) = to_event([upload])["Records"]
    record["s3"]["object"] |= object_changes
    return dict(record)


def an_event(*uploads: Upload) -> dict[str, Any]:
    return to_event(uploads)
