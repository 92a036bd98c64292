"""How uploads and ledger rows are shown: as text and tables for people, as JSON for programs."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from rich.table import Table
from rich.text import Text

from rowledger.cli.output import table_of
from rowledger.functions.domain.ledger import FileRecord
from rowledger.functions.domain.text import printable
from rowledger.functions.domain.upload import Upload

_STYLES = {"SUCCESS": "green", "FAILED": "red", "PROCESSING": "yellow"}


def record_document(record: FileRecord) -> dict[str, Any]:
    """A ledger row as JSON: its columns by name."""
    return asdict(record)


def upload_document(upload: Upload) -> dict[str, Any]:
    """An upload as JSON: its fields by name."""
    return asdict(upload)


def files_table(records: Iterable[FileRecord]) -> Table:
    table = table_of("id", "filename", "status", "rows", "size", "received", "attempts", "notified")
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


def outcome_line(record: FileRecord) -> Text:
    """One line: status, file, and its rows or why it was rejected."""
    detail = reason_text(record) if record.error else rows_text(record.rows_count or 0)
    name = printable(record.filename)
    return status_text(record).append(f"  {name}: {detail}", style="default")


def status_text(record: FileRecord) -> Text:
    reason = f" {record.error['code']}" if record.error else ""
    return Text(f"{record.status}{reason}", style=_STYLES.get(record.status, ""))


def reason_text(record: FileRecord) -> str:
    """Why a file was rejected, and where in it; empty where it was not."""
    if record.error is None:
        return ""
    where = place(record.error.get("line"), record.error.get("byte_offset"))
    return f"{record.error['message']} ({where})" if where else str(record.error["message"])


def local_time(moment: datetime) -> str:
    """To the second, in the local time zone."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S}"


def rows_text(rows: int) -> str:
    return f"{rows:,} data row{'' if rows == 1 else 's'}"


def hidden_text(messages: int) -> str:
    """Why the failure queue shows nothing though it is not empty."""
    return (
        f"the failure queue shows nothing, and about {messages:,} in it are held by another command"
        " or by one that was ended: they show again within five minutes"
    )


def place(line: int | None, byte_offset: int | None) -> str:
    """Where in a file, in words; empty where that has no meaning."""
    parts = (("line", line), ("byte", byte_offset))
    return ", ".join(f"{name} {at:,}" for name, at in parts if at is not None)
