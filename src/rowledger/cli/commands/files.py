import click

from rowledger.cli.output import as_json, output
from rowledger.cli.parameters import json_option
from rowledger.cli.tables import files_table, history_document
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
        histories = ledger.histories(limit=limit, key=key)
    if json_output:
        for history in histories:
            click.echo(as_json(history_document(history)))
    elif histories:
        output.print(files_table(histories))
    else:
        click.echo("The ledger has no such row.")
