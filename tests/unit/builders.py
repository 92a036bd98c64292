"""Uploads and events for tests."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus

from rowledger.domain.upload import Upload

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
    """A record as S3 sends it: the key encoded as in an HTML form."""
    item = {
        "key": quote_plus(upload.key, safe="/"),
        "size": upload.size_bytes,
        "eTag": upload.etag,
        "versionId": upload.version_id,
        "sequencer": "0055AED6DCD90281E5",
    } | object_changes
    return {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": "us-east-1",
        "eventTime": upload.received_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "eventName": "ObjectCreated:Put",
        "s3": {"bucket": {"name": upload.bucket}, "object": item},
    }


def an_event(*uploads: Upload) -> dict[str, Any]:
    return {"Records": [a_record(upload) for upload in uploads]}
