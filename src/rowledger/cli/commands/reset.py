import click

from rowledger.cli.progress import spinner
from rowledger.errors import CommandError
from rowledger.local import stack
from rowledger.local.layout import find_layout


@click.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def reset(*, yes: bool) -> None:
    """Stop the local stack and remove its state: uploads, ledger, mails and all.

    Example: rowledger reset --yes
    """
    layout = find_layout()
    root = layout.root
    if not root.exists():
        click.echo("there is no state to remove")
        return
    layout.require_ours()
    question = f"Remove {root} with every upload, ledger row and mail in it?"
    if not (yes or click.confirm(question)):
        raise CommandError("nothing was removed")
    with spinner() as on_progress:
        stack.reset(on_progress)
    click.echo(f"removed {root}")
