import click

from rowledger.cli.output import spinner
from rowledger.local import stack


@click.command()
def down() -> None:
    """Stop the local stack. Its state is kept for the next `up`.

    Example: rowledger down
    """
    with spinner() as progress:
        stopped = stack.stop(progress)
    click.echo("stopped" if stopped else "the local stack was not running")
