from typing import Any

import click
from rich.text import Text

from rowledger.cli.chains import chain_text, source_text
from rowledger.cli.environment import environment_option
from rowledger.cli.output import as_json, output, print_facts, show_json
from rowledger.cli.parameters import json_option
from rowledger.cli.surroundings import print_surroundings, surroundings_document
from rowledger.cli.tables import history_document, status_text
from rowledger.cli.times import shown_time, utc_option
from rowledger.cli.uploads import find_upload, upload_argument
from rowledger.functions.domain.history import UploadHistory
from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.text import printable
from rowledger.operations.domain.differences import differences
from rowledger.operations.domain.row_texts import (
    reason_text,
    remedy_text,
    rows_text,
    warning_lines,
)
from rowledger.operations.ports.environment import Environment, PipelineNames
from rowledger.operations.services.context import around_rejection
from rowledger.wiring.operations import archive, ledger_queries, objects


@click.command()
@environment_option
@upload_argument
@click.option(
    "--context",
    "show_context",
    is_flag=True,
    help="Also what is around the place of a rejection, read from the upload itself.",
)
@utc_option
@json_option("One JSON object.")
def show(
    environment: Environment,
    file: str,
    version_id: str | None,
    *,
    show_context: bool,
    json_output: bool,
) -> None:
    """Everything about one upload: ledger row, attempts, receipt and backup.

    FILE is the object key, as `rowledger files` lists it, or the ledger id that the mails name.

    A receipt or a backup that is not what the ledger recorded is said on standard error.

    Example: rowledger show orders.csv
    """
    history = find_upload(ledger_queries(environment), file, version_id)
    row, names = history.row, environment.names
    around = around_rejection(objects(environment), row) if show_context else None
    kept = archive(environment)
    receipt = kept.receipt(row.receipt_key)
    size = kept.backup_size(row.backup_key, row.backup_version_id)
    different = differences(row, receipt, size)
    if json_output:
        document = _document(history, names, receipt, size) | {"differences": different}
        if around is not None:
            document |= surroundings_document(around)
        click.echo(as_json(document))
    else:
        _print(history, names, receipt, size)
        if around is not None:
            print_surroundings(around, row)
    for each in different:
        # Last, and on standard error: it is what must not be missed.
        click.echo(f"DIFFERS: {each}: somebody changed it after it was recorded", err=True)


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
        *(("warning", line) for line in warning_lines(row)),
        *([("columns", ", ".join(map(printable, history.header)))] if history.header else []),
        *([("source", source_text(row))] if row.source else []),
        ("ledger id", str(row.id)),
        ("version", row.version_id),
        ("received", shown_time(row.received_at)),
        ("recorded", shown_time(row.timestamp)),
        ("sha256", row.sha256 or ""),
        ("receipt", printable(f"s3://{names.output_bucket}/{row.receipt_key}")),
        ("backup", printable(f"s3://{names.backup_bucket}/{row.backup_key}")),
        ("", _missing(row) if size is None else f"{size:,} bytes"),
        ("mail sent", _mailed(row)),
    ]
    if row.error:
        facts.insert(2, ("reason", reason_text(row)))
        if remedy := remedy_text(row):
            facts.insert(3, ("to do", remedy))
    print_facts(facts)
    for attempt in history.attempts:
        output.print(_attempt_line(attempt), soft_wrap=True)
    for replay in history.replays:
        output.print(_replay_line(replay), soft_wrap=True)
    if history.chain:
        output.print(chain_text(history.chain, row), soft_wrap=True)
    if receipt is None:
        processing = not row.is_final
        output.print("There is no receipt yet." if processing else "The receipt is missing.")
    else:
        show_json(receipt)


def _mailed(row: LedgerRow) -> str:
    """When people were told of the latest outcome, and how."""
    how = "" if row.digest is None else f", in digest {row.digest}"
    if row.notified_at:
        return f"{shown_time(row.notified_at)}{how}"
    return f"not yet: it waits{how or ' for a digest'}" if row.mail_waits else "not yet"


def _missing(row: LedgerRow) -> str:
    """Why there is no backup."""
    if not row.is_final:
        return "not yet"
    return f"none: {row.no_backup_reason}" if row.no_backup_reason else "missing"


def _attempt_line(attempt: dict[str, Any]) -> Text:
    version = attempt.get("function_version") or "a version that was not recorded"
    return Text(
        f"attempt {attempt['attempt']}: {attempt['result'] or 'not ended'} by {version}\n"
        f"  began {shown_time(attempt['started_at'])}\n"
        f"  request {attempt['request_id']}"
    )


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
        if previous.get("source"):
            before += f", by {previous['source']} (version {previous['sources_version']:,})"
    identity = f" ({printable(replay['identity'])})" if replay["identity"] else ""
    who = f"{printable(replay['requested_by'])}{identity}"
    return Text(
        f"replay from the {replay['source']} at {shown_time(replay['requested_at'])}\n"
        f"  by {who}\n"
        f"  because: {printable(replay['reason'])}\n"
        f"  before: {before}"
    )
