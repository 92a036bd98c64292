import click

from rowledger.cli.environment import environment_option
from rowledger.cli.parameters import login_name
from rowledger.console.application import application
from rowledger.console.security import Admission
from rowledger.console.server import listening_socket, open_browser, serve
from rowledger.operations.ports.environment import Environment
from rowledger.wiring.console import connection_to


@click.command()
@environment_option
@click.option(
    "--port",
    type=click.IntRange(min=1, max=65535),
    help="Of this machine.  [default: 8484, or any that is free]",
)
@click.option("--no-browser", is_flag=True, help="Only print the address.")
def console(environment: Environment, port: int | None, *, no_browser: bool) -> None:
    """Look at a pipeline in a browser: its files, and all about each one.

    It listens on this machine alone. The address that it opens holds a token that is good for once,
    so nobody else can use it. What it shows and does is done with your own rights.

    Example: rowledger console --env prod
    """
    with listening_socket(port) as listening:
        admission = Admission(listening.getsockname()[1])
        app = application(
            connection_to(environment),
            admission,
            environment=environment.name,
            location=environment.location,
            by=login_name(),
        )

        def opened() -> None:
            address = admission.address
            click.echo(f"console: {address}\nEnd it with Ctrl+C.")
            if not no_browser and not open_browser(address):
                click.echo("there is no browser to open: open the address yourself", err=True)

        serve(app, listening, opened)
