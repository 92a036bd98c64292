import click

from rowledger.cli.progress import spinner
from rowledger.local import stack


@click.command()
def down() -> None:
    """Stop the local stack. Its state is kept for the next `up`.

    Example: rowledger down
    """
    with spinner() as on_progress:
        stopped = stack.stop(on_progress)
    click.echo("stopped" if stopped else "the local stack was not running")
