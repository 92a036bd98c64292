import json
from typing import TYPE_CHECKING, Any

import click
from botocore.exceptions import ClientError
from rich.table import Table
from rich.text import Text

from rowledger.cli.output import output, show_json
from rowledger.cli.tables import as_json, local_time, place, record_document, rows_text, status_text
from rowledger.functions.domain.ledger import FileRecord
from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.text import printable
from rowledger.local import StackError
from rowledger.local.stack import Stack, open_stack
from rowledger.wiring.ledger import ledger_of

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@click.command()
@click.argument("file")
@click.option("--version", "version_id", help="This version of it; else the one received last.")
@click.option("--json", "json_output", is_flag=True, help="One JSON object.")
def show(file: str, version_id: str | None, *, json_output: bool) -> None:
    """Everything about one upload: ledger row, attempts, receipt and backup.

    FILE is the object key, as `rowledger files` lists it.

    Example: rowledger show orders.csv
    """
    stack = open_stack()
    with ledger_of(stack) as ledger:
        records = ledger.files(limit=1, key=file, version_id=version_id)
    if not records:
        which = f" in version {version_id!r}" if version_id else ""
        raise StackError(f"the ledger has no upload {file!r}{which}; see: rowledger files")
    record = records[0]
    receipt = read_receipt(stack, record)
    backup = _backup(stack, record)
    if json_output:
        click.echo(
            as_json({"ledger": record_document(record), "receipt": receipt, "backup": backup})
        )
    else:
        _print(stack, record, receipt, backup)


def read_receipt(stack: Stack, record: FileRecord) -> dict[str, Any] | None:
    """The receipt; None where there is none. Raise StackError where it is no JSON."""
    s3: S3Client = stack.client("s3")
    bucket = stack.settings["ROWLEDGER_OUTPUT_BUCKET"]
    try:
        body = s3.get_object(Bucket=bucket, Key=record.receipt_key)["Body"].read()
    except s3.exceptions.NoSuchKey:
        return None
    try:
        receipt: dict[str, Any] = json.loads(body)
    except ValueError:
        raise StackError(
            f"s3://{bucket}/{record.receipt_key} is no receipt: somebody wrote over it;"
            " remove it, and rowledger reconcile makes it again"
        ) from None
    return receipt


def _backup(stack: Stack, record: FileRecord) -> dict[str, Any]:
    """Where the backup should be, and its size where it is."""
    s3: S3Client = stack.client("s3")
    bucket = stack.settings["ROWLEDGER_BACKUP_BUCKET"]
    backup: dict[str, Any] = {"bucket": bucket, "key": record.backup_key, "size_bytes": None}
    try:
        head = s3.head_object(Bucket=bucket, Key=record.backup_key)
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") != "404":
            raise
    else:
        backup["size_bytes"] = head["ContentLength"]
    return backup


def read_backup(stack: Stack, record: FileRecord) -> bytes | None:
    """The backup's content; None where there is none yet."""
    s3: S3Client = stack.client("s3")
    bucket = stack.settings["ROWLEDGER_BACKUP_BUCKET"]
    try:
        return s3.get_object(Bucket=bucket, Key=record.backup_key)["Body"].read()
    except s3.exceptions.NoSuchKey:
        return None


def _print(
    stack: Stack,
    record: FileRecord,
    receipt: dict[str, Any] | None,
    backup: dict[str, Any],
) -> None:
    receipts = stack.settings["ROWLEDGER_OUTPUT_BUCKET"]
    size = backup["size_bytes"]
    facts: list[tuple[str, str | Text]] = [
        ("file", printable(record.filename)),
        ("status", status_text(record)),
        ("data rows", "" if record.rows_count is None else f"{record.rows_count:,}"),
        ("ledger id", str(record.id)),
        ("version", record.version_id),
        ("received", local_time(record.received_at)),
        ("recorded", local_time(record.timestamp)),
        ("sha256", record.sha256 or ""),
        ("receipt", printable(f"s3://{receipts}/{record.receipt_key}")),
        ("backup", printable(f"s3://{backup['bucket']}/{backup['key']}")),
        ("", _missing(record) if size is None else f"{size:,} bytes"),
        ("mail sent", local_time(record.notified_at) if record.notified_at else "not yet"),
    ]
    if record.error:
        where = place(record.error)
        reason = f"{record.error['message']}" + (f" ({where})" if where else "")
        facts.insert(2, ("reason", reason))
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, value in facts:
        table.add_row(Text(name, style="bold"), value if isinstance(value, Text) else Text(value))
    output.print(table)
    for attempt in record.attempts:
        output.print(
            f"attempt {attempt['attempt']}: {attempt['result'] or 'not ended'}"
            f" (request {attempt['request_id']}, began {attempt['started_at']})"
        )
    for replay in record.replays:
        output.print(_replay_line(replay), soft_wrap=True)
    if receipt is None:
        processing = record.status == Status.PROCESSING
        output.print("There is no receipt yet." if processing else "The receipt is missing.")
    else:
        show_json(receipt)


def _missing(record: FileRecord) -> str:
    """Why there is no backup."""
    if record.status == Status.PROCESSING:
        return "not yet"
    return "missing" if record.sha256 else "none: there was nothing left to copy"


def _replay_line(replay: dict[str, Any]) -> Text:
    """Who, when, why, and what stood there before. Text, not markup: somebody typed the reason."""
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
