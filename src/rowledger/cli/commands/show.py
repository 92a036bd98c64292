from typing import Any

import click
from rich.table import Table
from rich.text import Text

from rowledger.cli.output import as_json, output, show_json
from rowledger.cli.parameters import json_option
from rowledger.cli.tables import history_document, local_time, reason_text, rows_text, status_text
from rowledger.errors import CommandError
from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.text import printable
from rowledger.operations.domain.history import UploadHistory
from rowledger.operations.ports.environment import PipelineNames
from rowledger.wiring.environments import open_environment
from rowledger.wiring.operations import archive


@click.command()
@click.argument("file")
@click.option("--version", "version_id", help="This version of it; else the one received last.")
@json_option("One JSON object.")
def show(file: str, version_id: str | None, *, json_output: bool) -> None:
    """Everything about one upload: ledger row, attempts, receipt and backup.

    FILE is the object key, as `rowledger files` lists it.

    Example: rowledger show orders.csv
    """
    environment = open_environment()
    with environment.ledger() as ledger:
        histories = ledger.histories(limit=1, key=file, version_id=version_id)
    if not histories:
        which = f" in version {version_id!r}" if version_id else ""
        raise CommandError(f"the ledger has no upload {file!r}{which}; see: rowledger files")
    history, names = histories[0], environment.names
    row = history.row
    kept = archive(environment)
    receipt = kept.receipt(row.receipt_key)
    size = kept.backup_size(row.backup_key)
    if json_output:
        click.echo(as_json(_document(history, names, receipt, size)))
    else:
        _print(history, names, receipt, size)


def _document(
    history: UploadHistory, names: PipelineNames, receipt: dict[str, Any] | None, size: int | None
) -> dict[str, Any]:
    """size: the backup's in bytes; None where there is none."""
    backup = {"bucket": names.backup_bucket, "key": history.row.backup_key, "size_bytes": size}
    return {"ledger": history_document(history), "receipt": receipt, "backup": backup}


def _print(
    history: UploadHistory, names: PipelineNames, receipt: dict[str, Any] | None, size: int | None
) -> None:
    row = history.row
    facts: list[tuple[str, str | Text]] = [
        ("file", printable(row.filename)),
        ("status", status_text(row)),
        ("data rows", "" if row.rows_count is None else f"{row.rows_count:,}"),
        ("ledger id", str(row.id)),
        ("version", row.version_id),
        ("received", local_time(row.received_at)),
        ("recorded", local_time(row.timestamp)),
        ("sha256", row.sha256 or ""),
        ("receipt", printable(f"s3://{names.output_bucket}/{row.receipt_key}")),
        ("backup", printable(f"s3://{names.backup_bucket}/{row.backup_key}")),
        ("", _missing(row) if size is None else f"{size:,} bytes"),
        ("mail sent", local_time(row.notified_at) if row.notified_at else "not yet"),
    ]
    if row.error:
        facts.insert(2, ("reason", reason_text(row)))
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, value in facts:
        table.add_row(Text(name, style="bold"), value if isinstance(value, Text) else Text(value))
    output.print(table)
    for attempt in history.attempts:
        output.print(
            f"attempt {attempt['attempt']}: {attempt['result'] or 'not ended'}"
            f" (request {attempt['request_id']}, began {attempt['started_at']})"
        )
    for replay in history.replays:
        output.print(_replay_line(replay), soft_wrap=True)
    if receipt is None:
        processing = not row.is_final
        output.print("There is no receipt yet." if processing else "The receipt is missing.")
    else:
        show_json(receipt)


def _missing(row: LedgerRow) -> str:
    """Why there is no backup."""
    if not row.is_final:
        return "not yet"
    return "missing" if row.sha256 else "none: there was nothing left to copy"


def _replay_line(replay: dict[str, Any]) -> Text:
    """Who, when, why, and the outcome before. Text, not markup: somebody typed the reason."""
    previous = replay["previous"]
    if previous is None:
        before = "no outcome"
    elif previous["error"]:
        before = f"{previous['status']} {previous['error']['code']}"
    else:
        before = f"{previous['status']}, {rows_text(previous['rows_count'])}"
    if previous is not None:
        before += f" of attempt {previous['attempt']}"
    return Text(
        f"replay from the {replay['source']} at {replay['requested_at']}"
        f" by {printable(replay['requested_by'])}: {printable(replay['reason'])} (before: {before})"
    )
