import click

from rowledger.cli.environment import environment_option
from rowledger.cli.output import as_json, output
from rowledger.cli.parameters import json_option
from rowledger.cli.selection import selection_options
from rowledger.cli.tables import files_table
from rowledger.cli.times import utc_option
from rowledger.functions.domain.file_pages import FileOrder
from rowledger.functions.domain.selection import Selection
from rowledger.operations.domain.rows import csv_lines, flat_document, row_document
from rowledger.operations.ports.environment import Environment
from rowledger.operations.services.listing import pages
from rowledger.wiring.operations import ledger_queries


@click.command()
@environment_option
@selection_options
@click.option(
    "--sort",
    "order",
    type=click.Choice(FileOrder, case_sensitive=False),
    default=FileOrder.NEWEST,
    show_default="newest",
    help="By time received, by key, or the largest or those with the most rows first.",
)
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Rows.")
@click.option("--after", metavar="CURSOR", help="Go on where an earlier list ended.")
@click.option("--csv", "csv_output", is_flag=True, help="CSV, one upload a line.")
@utc_option
@json_option("One JSON object a line.")
@click.pass_context
def files(  # noqa: PLR0913 -- its options
    context: click.Context,
    environment: Environment,
    selection: Selection,
    order: FileOrder,
    limit: int,
    after: str | None,
    *,
    csv_output: bool,
    json_output: bool,
) -> None:
    """The ledger: which uploads came, and what became of each. The newest first.

    Where there are more than --limit, the last line on standard error says how to go on.

    Exits with 1 if nothing is selected.

    Example: rowledger files --on yesterday --status failed --prefix acme/
    """
    if csv_output and json_output:
        raise click.UsageError("give either --json or --csv")
    ledger = ledger_queries(environment)
    found = list(pages(ledger, selection, order, limit=limit, after=after))
    rows = [row for page in found for row in page.rows]
    if json_output:
        for row in rows:
            click.echo(as_json(row_document(row)))
    elif csv_output:
        click.echo(csv_lines(map(flat_document, rows), header=True), nl=False)
    elif rows:
        output.print(files_table(rows))
    if not rows:
        click.echo("No upload is selected.", err=True)
        context.exit(1)
    if found[-1].after:
        click.echo(f"there are more: --after {found[-1].after}", err=True)
