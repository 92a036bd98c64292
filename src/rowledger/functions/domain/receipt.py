"""The receipt: an upload's result.json, as contract/result.schema.json describes it."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from rowledger.functions.domain.outcome import Outcome
from rowledger.functions.domain.rejection import Rejection
from rowledger.functions.domain.text import json_text
from rowledger.functions.domain.upload import Upload

SCHEMA_VERSION = "1.0"


@dataclass(frozen=True, slots=True)
class BackupPlace:
    """Where the backup is to lie."""

    bucket: str
    key: str


def render_receipt(
    upload: Upload,
    outcome: Outcome,
    backup: BackupPlace | None,
    processed_at: datetime,
    duration_ms: int,
) -> bytes:
    """The receipt as UTF-8 JSON, indented for people and ending in a line feed.

    backup: None where the object was deleted before it could be read.
    """
    document: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "filename": upload.key,
        "bucket": upload.bucket,
        "version_id": upload.version_id,
        "etag": upload.etag,
        "status": outcome.status.value,
        "rows_count": outcome.rows,
        "columns": outcome.columns,
        "file_size_bytes": outcome.size_bytes,
        "file_size_kb": round(outcome.size_bytes / 1024, 2),
        "sha256": outcome.sha256,
        "dialect": outcome.dialect_document(),
        "backup": asdict(backup) if backup else None,
        "received_at": timestamp(upload.received_at),
        "processed_at": timestamp(processed_at),
        "duration_ms": duration_ms,
    }
    if outcome.rejection:
        document["error"] = error_document(outcome.rejection)
    return json_text(document, indent=2).encode() + b"\n"


def error_document(rejection: Rejection) -> dict[str, Any]:
    """The receipt's error member; line and byte_offset only where they apply."""
    document: dict[str, Any] = {"code": rejection.code.value, "message": rejection.message}
    if rejection.line is not None:
        document["line"] = rejection.line
    if rejection.byte_offset is not None:
        document["byte_offset"] = rejection.byte_offset
    return document


def timestamp(moment: datetime) -> str:
    """RFC 3339, UTC, milliseconds: 2026-11-22T09:15:00.250Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
