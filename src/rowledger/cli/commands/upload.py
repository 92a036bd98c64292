from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from rowledger.cli.numbers import NumberRange
from rowledger.cli.output import output
from rowledger.cli.tables import as_json, place, record_document, rows_text, status_text
from rowledger.functions import contract
from rowledger.functions.domain.ledger import FileRecord
from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.text import printable
from rowledger.local.stack import Stack, open_stack
from rowledger.operations.services.following import Sent, follow, send
from rowledger.wiring.ledger import ledger_of


@click.command()
@click.argument(
    "paths",
    metavar="FILE...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option("--prefix", default="", help="Put before each file's name to make its key.")
@click.option(
    "--timeout",
    type=NumberRange(min=1, max=86_400),
    default=120,
    show_default=True,
    help="Seconds to wait for the outcomes.",
)
@click.option("--no-follow", is_flag=True, help="Upload only; do not wait for the outcomes.")
@click.option("--json", "json_output", is_flag=True, help="One JSON object a line.")
@click.pass_context
def upload(
    context: click.Context,
    paths: tuple[Path, ...],
    prefix: str,
    timeout: float,
    *,
    no_follow: bool,
    json_output: bool,
) -> None:
    """Put files into the input bucket and follow each to its outcome.

    Exits with 1 if a file was rejected or had no outcome in time.

    Example: rowledger upload orders.csv customers.csv.gz --prefix 2026/11/
    """
    _refuse_ignored(paths)
    stack = open_stack()
    sent = _send(stack, paths, prefix)
    if no_follow:
        for item in sent:
            click.echo(as_json({"key": item.key, "version_id": item.version_id}))
        return
    rejected = False
    with ledger_of(stack) as ledger:
        for record in follow(ledger, sent, timeout=timeout):
            rejected |= record.status == Status.FAILED
            if json_output:
                click.echo(as_json(record_document(record)))
            else:
                print_outcome(record)
    if rejected:
        context.exit(1)


def print_outcome(record: FileRecord) -> None:
    """One line: status, file, and its rows or why it was rejected."""
    name = printable(record.filename)
    if record.error:
        where = place(record.error)
        detail = record.error["message"] + (f" ({where})" if where else "")
    else:
        detail = rows_text(record.rows_count or 0)
    line = status_text(record).append(f"  {name}: {detail}", style="default")
    output.print(line, soft_wrap=True)


def _refuse_ignored(paths: tuple[Path, ...]) -> None:
    suffixes = tuple(contract.load("pipeline.json")["event_filter"]["suffixes"])
    for path in paths:
        if not path.name.lower().endswith(suffixes):
            raise click.UsageError(
                f"{printable(str(path))}: the pipeline takes names that end in"
                f" {' or '.join(suffixes)}, and ignores others"
            )


def _send(stack: Stack, paths: tuple[Path, ...], prefix: str) -> list[Sent]:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    console = Console(stderr=True)
    with Progress(
        *columns,
        TransferSpeedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as progress:
        total = sum(path.stat().st_size for path in paths)
        task = progress.add_task("uploading", total=total)
        return [
            send(stack, path, f"{prefix}{path.name}", lambda sent: progress.advance(task, sent))
            for path in paths
        ]
