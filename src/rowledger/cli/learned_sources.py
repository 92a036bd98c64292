"""`rowledger sources learn`: a source as the files of the ledger suggest it."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from rowledger.cli.environment import environment_option
from rowledger.errors import CommandError
from rowledger.functions.domain.file_pages import FileOrder
from rowledger.functions.domain.ledger_requests import ShowUpload
from rowledger.functions.domain.selection import Selection
from rowledger.functions.domain.text import printable
from rowledger.operations.domain.learned_source import TooFewFilesError, propose_source
from rowledger.operations.ports.environment import Environment
from rowledger.operations.services.listing import pages
from rowledger.wiring.operations import ledger_queries


@click.command()
@click.argument("prefix")
@environment_option
@click.option(
    "--limit",
    type=click.IntRange(min=1, max=100_000),
    default=1000,
    show_default=True,
    help="Look at so many of the newest files.",
)
@click.option(
    "--time-zone",
    default="UTC",
    show_default=True,
    help="Where the files are due, such as Europe/Berlin.",
)
def learn(prefix: str, environment: Environment, limit: int, time_zone: str) -> None:
    """Propose a source from the files under PREFIX that are in the ledger, and print it.

    What was so in every file is told; what was not is a comment. Nothing is changed: check it, edit
    it, and apply it. Exits with 1 if there are fewer than three good files.

    Example: rowledger sources learn acme/orders/ --time-zone Europe/Berlin > acme.yaml
    """
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise click.UsageError(f"--time-zone {time_zone!r} is no time zone") from error
    ledger = ledger_queries(environment)
    chosen = Selection(prefix=prefix or None)
    files = [
        row for page in pages(ledger, chosen, FileOrder.NEWEST, limit=limit) for row in page.rows
    ]
    newest = next((each for each in files if each.rows_count is not None), None)
    history = newest and ledger.show_upload(ShowUpload(file_id=newest.id))
    try:
        text = propose_source(prefix, files, history.header if history else None, zone)
    except TooFewFilesError as error:
        raise CommandError(printable(str(error))) from error
    click.echo(text, nl=False)
