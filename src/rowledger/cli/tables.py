"""How ledger rows are shown: as a table for people, as JSON for programs."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from rich.table import Table
from rich.text import Text

from rowledger.cli.output import table_of
from rowledger.functions.domain.ledger import FileRecord
from rowledger.functions.domain.text import json_text, printable
from rowledger.functions.domain.upload import Upload

_STYLES = {"SUCCESS": "green", "FAILED": "red", "PROCESSING": "yellow"}


def as_json(document: Any) -> str:  # noqa: ANN401 -- any JSON
    return json_text(document, default=_json_default)


def record_document(record: FileRecord) -> dict[str, Any]:
    """A ledger row as JSON: its columns by name."""
    return asdict(record)


def upload_document(upload: Upload) -> dict[str, Any]:
    """An upload as JSON: its fields by name."""
    return asdict(upload)


def files_table(records: list[FileRecord]) -> Table:
    table = table_of("id", "filename", "status", "rows", "size", "received", "attempts", "told")
    for column in table.columns:
        column.justify = "right" if column.header in ("id", "rows", "size") else "left"
    for record in records:
        table.add_row(
            str(record.id),
            Text(printable(record.filename)),
            status_text(record),
            "" if record.rows_count is None else f"{record.rows_count:,}",
            "" if record.file_size_bytes is None else f"{record.file_size_bytes:,}",
            local_time(record.received_at),
            str(record.attempt),
            "yes" if record.notified_at else "no",
        )
    return table


def status_text(record: FileRecord) -> Text:
    reason = f" {record.error['code']}" if record.error else ""
    return Text(f"{record.status}{reason}", style=_STYLES.get(record.status, ""))


def local_time(moment: datetime) -> str:
    """To the second, in the zone of whoever looks."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S}"


def rows_text(rows: int) -> str:
    return f"{rows:,} data row{'' if rows == 1 else 's'}"


def held_text(messages: int) -> str:
    """Why the failure queue shows nothing though it is not empty."""
    return (
        f"the failure queue shows nothing, and about {messages:,} in it are held by another command"
        " or by one that was ended: they show again within five minutes"
    )


def place(error: dict[str, Any]) -> str:
    """Where in a file it was rejected, in words; empty where that has no meaning."""
    parts = []
    if "line" in error:
        parts.append(f"line {error['line']:,}")
    if "byte_offset" in error:
        parts.append(f"byte {error['byte_offset']:,}")
    return ", ".join(parts)


def _json_default(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")
