"""Uploads and events for tests."""

from datetime import UTC, datetime
from typing import Any

from rowledger.functions.domain.event import to_event
from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.outcome import Status
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


def a_row(**changes: Any) -> LedgerRow:  # noqa: ANN401
    """The row of a success whose receipt, backup and notification are as they should be."""
    fields: dict[str, Any] = {
        "id": 1,
        "filename": "orders.csv",
        "status": Status.SUCCESS,
        "timestamp": RECEIVED,
        "rows_count": 1,
        "bucket": BUCKET,
        "version_id": "v1",
        "etag": "0f343b0931126a20f133d67c2b018a3b",
        "received_at": RECEIVED,
        "attempt": 1,
        "file_size_bytes": 12,
        "columns_count": 1,
        "sha256": "ab",
        "dialect": None,
        "error": None,
        "duration_ms": 1,
        "receipt_key": "r",
        "backup_key": "b",
        "backup_version_id": None,
        "notified_at": RECEIVED,
        "held_until": None,
        "unsent": False,
    }
    return LedgerRow(**{**fields, **changes})
