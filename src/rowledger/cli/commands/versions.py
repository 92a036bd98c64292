import click

from rowledger.cli.environment import environment_option
from rowledger.cli.output import as_json, print_rows
from rowledger.cli.parameters import json_option
from rowledger.cli.tables import status_text
from rowledger.cli.times import shown_time, utc_option
from rowledger.errors import CommandError
from rowledger.functions.domain.file_pages import FileOrder
from rowledger.functions.domain.selection import Selection
from rowledger.functions.domain.text import printable
from rowledger.operations.domain.rows import row_document
from rowledger.operations.ports.environment import Environment
from rowledger.operations.services.listing import pages
from rowledger.wiring.operations import ledger_queries


@click.command()
@environment_option
@click.argument("file")
@utc_option
@json_option("One JSON object a line.")
def versions(environment: Environment, file: str, *, json_output: bool) -> None:
    """Every upload of one key: each is a version of its own, with its own outcome.

    FILE is the object key. The newest comes first.

    Example: rowledger versions orders.csv
    """
    ledger = ledger_queries(environment)
    found = pages(ledger, Selection(key=file), FileOrder.NEWEST, limit=None)
    rows = [row for page in found for row in page.rows]
    if not rows:
        raise CommandError(f"the ledger has no upload {file!r}; see: rowledger files")
    if json_output:
        for row in rows:
            click.echo(as_json(row_document(row)))
        return
    print_rows(
        ("id", "version", "status", "rows", "size", "received"),
        [
            (
                str(row.id),
                printable(row.version_id),
                status_text(row),
                "" if row.rows_count is None else f"{row.rows_count:,}",
                f"{row.file_size_bytes:,}",
                shown_time(row.received_at),
            )
            for row in rows
        ],
    )
