import click

from rowledger.adapters.database import Tls
from rowledger.adapters.ledger import migrations

_PASSWORD_VARIABLE = "ROWLEDGER_MIGRATE_PASSWORD"  # noqa: S105 -- a variable's name


@click.command()
@click.argument("connection_string")
@click.option("--username", required=True, help="The owner of the database.")
@click.option(
    "--password",
    envvar=_PASSWORD_VARIABLE,
    prompt=True,
    hide_input=True,
    help=f"Better given in {_PASSWORD_VARIABLE}, or when asked: a command line is seen by others.",
)
@click.option(
    "--tls",
    type=click.Choice(["verify-full", "local"]),
    default="verify-full",
    show_default=True,
    help="local is a plain connection, to a loopback address only.",
)
@click.option("--ca-file", default="", help="CA certificates (PEM); else the system's.")
@click.option("--dry-run", is_flag=True, help="Only list what would be applied.")
def migrate(
    connection_string: str, username: str, password: str, tls: str, ca_file: str, *, dry_run: bool
) -> None:
    """Bring a database's schema up to date.

    The roles that contract/pipeline.json names must exist. Running it again changes nothing.

    Example: rowledger migrate postgresql://db.example.com:5432/rowledger --username owner
    """
    names = migrations.migrate(
        connection_string,
        username,
        password,
        tls=Tls.from_setting(tls, ca_file),
        dry_run=dry_run,
    )
    for name in names:
        click.echo(f"{'would apply' if dry_run else 'applied'} {name}")
    if not names:
        click.echo("the schema is up to date")
