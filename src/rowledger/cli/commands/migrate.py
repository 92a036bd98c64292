import click

from rowledger.functions.ports.credentials import Credentials
from rowledger.wiring.administration import administration

_PASSWORD_VARIABLE = "ROWLEDGER_MIGRATE_PASSWORD"  # noqa: S105 -- a variable's name


@click.command()
@click.argument("connection_string")
@click.option("--username", required=True, help="A user who may make roles and databases.")
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
@click.option("--dry-run", is_flag=True, help="Only list what would be done.")
def migrate(
    connection_string: str, username: str, password: str, tls: str, ca_file: str, *, dry_run: bool
) -> None:
    """Make a database's roles and bring its schema up to date.

    The database then belongs to the role rowledger_owner. Running it again changes nothing. On AWS
    the function csv-administrator does the same.

    Example: rowledger migrate postgresql://db.example.com:5432/rowledger --username master
    """
    credentials = Credentials(connection_string, username, password)
    database = administration(credentials, tls=tls, ca_file=ca_file)
    changes = database.survey() if dry_run else database.prepare()
    for role in changes.roles:
        click.echo(f"{'would make' if dry_run else 'made'} the role {role}")
    for name in changes.migrations:
        click.echo(f"{'would apply' if dry_run else 'applied'} {name}")
    if not changes.roles and not changes.migrations:
        click.echo("the schema is up to date")
