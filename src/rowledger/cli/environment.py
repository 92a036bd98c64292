"""The option --env: which pipeline a command works on."""

from functools import wraps
from typing import Any

import click

from rowledger.cli.parameters import Command
from rowledger.wiring.environments import open_environment

ENVIRONMENT_VARIABLE = "ROWLEDGER_ENV"


def environment_option(command: Command) -> Command:
    """Add --env, and hand the command the environment, opened, as the argument environment."""

    @wraps(command)
    def with_environment(*arguments: Any, environment_name: str | None, **given: Any) -> Any:  # noqa: ANN401 -- as click calls it
        environment = open_environment(environment_name)
        if not environment.is_local:
            # Said before anything is done there.
            click.echo(f"environment: {environment.name} ({environment.location})", err=True)
        return command(*arguments, environment=environment, **given)

    option = click.option(
        "--env",
        "environment_name",
        envvar=ENVIRONMENT_VARIABLE,
        metavar="NAME",
        help="The environment; default: the one in use, see rowledger env.",
    )
    return option(with_environment)  # type: ignore[return-value]
