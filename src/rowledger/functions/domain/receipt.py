"""The receipt: an upload's result.json, as contract/result.schema.json describes it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from rowledger.functions.domain.outcome import Outcome, record_of
from rowledger.functions.domain.sources.chosen import JudgedBy
from rowledger.functions.domain.text import json_text
from rowledger.functions.domain.upload import Upload
from rowledger.functions.domain.warning import WarningCode

SCHEMA_VERSION = "1.1"
# Of files that sources are told of: what has no source is as it was before there were any.
SCHEMA_VERSION_WITH_SOURCE = "1.2"


@dataclass(frozen=True, slots=True)
class BackupLocation:
    """Where the backup is stored."""

    bucket: str
    key: str


def render_receipt(
    upload: Upload,
    outcome: Outcome,
    backup: BackupLocation | None,
    processed_at: datetime,
    duration_ms: int,
    judged_by: JudgedBy | None = None,
) -> bytes:
    """The receipt as UTF-8 JSON, indented for people and ending in a line feed.

    backup: None where the object was not read, and so not copied.
    judged_by: the source of the file; None where it has none.
    """
    facts = facts_of(upload, outcome, backup, judged_by)
    # What went wrong stands last, where a person looks for it.
    error = {"error": facts.pop("error")} if "error" in facts else {}
    document: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION_WITH_SOURCE if tells_of_source(facts) else SCHEMA_VERSION,
        **facts,
        "processed_at": timestamp(processed_at),
        "duration_ms": duration_ms,
        **error,
    }
    return json_text(document, indent=2).encode() + b"\n"


def facts_of(
    upload: Upload,
    outcome: Outcome,
    backup: BackupLocation | None,
    judged_by: JudgedBy | None = None,
) -> dict[str, Any]:
    """What every attempt says alike of an upload and its outcome: the receipt's fields but times.

    backup: None where the object was not read, and so not copied.
    judged_by: the source of the file; None where it has none.
    """
    record = record_of(outcome)
    facts: dict[str, Any] = {
        "filename": upload.key,
        "bucket": upload.bucket,
        "version_id": upload.version_id,
        "etag": upload.etag,
        "status": record.status.value,
        "rows_count": record.rows_count,
        "columns": record.columns_count,
        "file_size_bytes": record.file_size_bytes,
        "file_size_kb": round(record.file_size_bytes / 1024, 2),
        "sha256": record.sha256,
        "dialect": record.dialect,
        "header": record.header,
        "header_sha256": record.header_sha256,
        "warnings": record.warnings,
        "backup": asdict(backup) if backup else None,
        "received_at": timestamp(upload.received_at),
    }
    if judged_by:
        facts |= judged_by.facts()
    if record.error:
        facts["error"] = record.error
    return facts


def tells_of_source(facts: Mapping[str, Any]) -> bool:
    """Say whether facts have what only a version of the schemas with sources knows."""
    unreadable = WarningCode.SOURCE_UNREADABLE
    return "source" in facts or any(each["code"] == unreadable for each in facts["warnings"])


def timestamp(moment: datetime) -> str:
    """RFC 3339, UTC, milliseconds: 2026-11-22T09:15:00.250Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
