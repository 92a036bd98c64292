"""How uploads and ledger rows are shown: as text and tables for people, as JSON for programs."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from rich.table import Table
from rich.text import Text

from rowledger.cli.output import output, table_of
from rowledger.cli.times import shown_time
from rowledger.functions.domain.history import UploadHistory
from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.text import printable
from rowledger.functions.domain.upload import Upload
from rowledger.operations.domain.row_texts import reason_text, rows_text, warning_lines
from rowledger.operations.domain.rows import row_document

# Columns of a terminal in which a row with a code and a time fits.
_WIDE = 120
_STYLES = {"SUCCESS": "green", "FAILED": "red", "PROCESSING": "yellow"}


def history_document(history: UploadHistory) -> dict[str, Any]:
    """A ledger row as JSON: its columns by name, its attempts and its replays."""
    # Functions of an earlier version do not say which version made an attempt.
    attempts = [{"function_version": None} | each for each in history.attempts]
    return row_document(history.row) | {
        "attempts": attempts,
        "replays": history.replays,
        "chain": history.chain,
    }


def upload_document(upload: Upload) -> dict[str, Any]:
    """An upload as JSON: its fields by name."""
    return asdict(upload)


def files_table(rows: Iterable[LedgerRow]) -> Table:
    """A row an upload. Where the terminal is narrow, a code and a time of day go below: nothing is
    cut, and nothing but a name is broken.
    """
    narrow = output.width < _WIDE
    columns = ("id", "filename", "status", "rows", "size", "received")
    table = table_of(*columns, *(() if narrow else ("attempts", "notified")))
    for column in table.columns:
        column.justify = "right" if column.header in ("id", "rows", "size") else "left"
        column.no_wrap = column.header != "filename"
    for row in rows:
        received = shown_time(row.received_at)
        status = status_text(row)
        cells: list[str | Text] = [
            str(row.id),
            Text(printable(row.filename)),
            Text(status.plain.replace(" ", "\n"), style=status.style) if narrow else status,
            "" if row.rows_count is None else f"{row.rows_count:,}",
            f"{row.file_size_bytes:,}",
            received.replace(" ", "\n", 1) if narrow else received,
        ]
        if not narrow:
            cells += [str(row.attempt), "yes" if row.notified_at else "no"]
        table.add_row(*cells)
    return table


def outcome_line(row: LedgerRow) -> Text:
    """Status, file, and its rows or why it was rejected; a line more for each warning."""
    detail = reason_text(row) if row.error else rows_text(row.rows_count or 0)
    name = printable(row.filename)
    line = status_text(row).append(f"  {name}: {detail}", style="default")
    for warning in warning_lines(row):
        line.append(f"\n  {warning}", style="yellow")
    return line


def status_text(row: LedgerRow) -> Text:
    """The status, with the code of a rejection, or how many warnings there are."""
    reason = f" {row.error['code']}" if row.error else ""
    text = Text(f"{row.status}{reason}", style=_STYLES.get(row.status, ""))
    if row.warnings:
        number = len(row.warnings)
        text.append(f" {number} warning{'' if number == 1 else 's'}", style="yellow")
    return text


def hidden_text(messages: int) -> str:
    """Why the failure queue shows nothing though it is not empty."""
    return (
        f"the failure queue shows nothing, and about {messages:,} in it are held by another command"
        " or by one that was ended: they show again within five minutes"
    )
