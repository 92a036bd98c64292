import sys
from contextlib import AbstractContextManager, nullcontext
from itertools import chain
from pathlib import Path
from typing import IO

import click

from rowledger.cli.environment import environment_option
from rowledger.cli.exports import FORMATS, ExportFormat
from rowledger.cli.progress import spinner
from rowledger.cli.selection import selection_options
from rowledger.cli.whole_files import STANDARD_OUTPUT, whole_file
from rowledger.functions.domain.file_pages import FileOrder
from rowledger.functions.domain.selection import Selection
from rowledger.operations.ports.environment import Environment
from rowledger.operations.services.listing import pages
from rowledger.wiring.operations import ledger_queries


@click.command()
@environment_option
@selection_options
@click.option(
    "--format",
    "export_format",
    type=click.Choice(ExportFormat, case_sensitive=False),
    default=ExportFormat.CSV,
    show_default="csv",
    help="parquet needs: pip install 'rowledger[parquet]'.",
)
@click.option(
    "-o",
    "--output",
    "target",
    required=True,
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help="Where to; - is standard output.",
)
@click.option("--force", is_flag=True, help="Write over a file that exists.")
@click.pass_context
def export(
    context: click.Context,
    environment: Environment,
    selection: Selection,
    export_format: ExportFormat,
    target: Path,
    *,
    force: bool,
) -> None:
    """Write the ledger rows of a selection to a file, the longest received first.

    Exits with 1 if nothing is selected; no file is written then.

    Example: rowledger export --since 30d --format parquet -o ledger.parquet
    """
    found = pages(ledger_queries(environment), selection, FileOrder.OLDEST, limit=None)
    first = next(found)
    if not first.rows:
        # A file that exists stays as it is, and none is begun.
        click.echo("No upload is selected.", err=True)
        context.exit(1)
    count = 0
    # Rows on the terminal are progress enough, and a spinner would tear them.
    shown = nullcontext(_silent) if target == STANDARD_OUTPUT else spinner()
    with shown as on_progress, _opened(target, force=force) as stream:
        writer = FORMATS[export_format](stream)
        for page in chain([first], found):
            writer.write(page.rows)
            count += len(page.rows)
            on_progress(f"{count:,} rows")
        writer.close()
    click.echo(f"{count:,} rows", err=True)


def _silent(_step: str) -> None:
    """Show no progress."""


def _opened(target: Path, *, force: bool) -> AbstractContextManager[IO[bytes]]:
    if target == STANDARD_OUTPUT:
        return nullcontext(sys.stdout.buffer)
    return whole_file(target, force=force)
