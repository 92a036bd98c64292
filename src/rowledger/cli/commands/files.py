import click

from rowledger.cli.output import as_json, output
from rowledger.cli.parameters import json_option
from rowledger.cli.tables import files_table, record_document
from rowledger.wiring.environments import open_environment


@click.command()
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Rows.")
@click.option("--key", help="Only the uploads of this object key.")
@json_option("One JSON object a line.")
def files(limit: int, key: str | None, *, json_output: bool) -> None:
    """The ledger: the latest uploads, newest first.

    Example: rowledger files --limit 5
    """
    with open_environment().ledger() as ledger:
        records = ledger.files(limit=limit, key=key)
    if json_output:
        for record in records:
            click.echo(as_json(record_document(record)))
    elif records:
        output.print(files_table(records))
    else:
        click.echo("The ledger has no such row.")
