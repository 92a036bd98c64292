"""The option --env: which pipeline a command works on."""

import os
from dataclasses import dataclass
from functools import wraps
from typing import Any

import click

from rowledger.cli.parameters import Command
from rowledger.operations.domain.environments import LOCAL
from rowledger.operations.ports.environment import Environment
from rowledger.wiring.environments import STATE_DIR_VARIABLE, open_environment, state_dir_named

ENVIRONMENT_VARIABLE = "ROWLEDGER_ENV"


@dataclass(frozen=True, slots=True)
class Override:
    """A variable that decides which environment a command works on, in place of the one in use."""

    variable: str
    value: str
    name: str


def override() -> Override | None:
    """The variable that decides, where one does."""
    if named := os.environ.get(ENVIRONMENT_VARIABLE):
        return Override(ENVIRONMENT_VARIABLE, named, named)
    if folder := state_dir_named():
        return Override(STATE_DIR_VARIABLE, folder, LOCAL)
    return None


def opened(name: str | None) -> Environment:
    """Open the environment that --env names, and say which it is where it is elsewhere."""
    environment = open_environment(name)
    if not environment.is_local:
        # Said before anything is done there.
        click.echo(f"environment: {environment.name} ({environment.location})", err=True)
    return environment


def environment_name_option(command: Command) -> Command:
    """Add --env as the argument environment_name, for a command that may need none."""
    return click.option(
        "--env",
        "environment_name",
        envvar=ENVIRONMENT_VARIABLE,
        metavar="NAME",
        help="The environment; default: the one in use, see rowledger env.",
    )(command)


def environment_option(command: Command) -> Command:
    """Add --env, and hand the command the environment, opened, as the argument environment."""

    @wraps(command)
    def with_environment(*arguments: Any, environment_name: str | None, **given: Any) -> Any:  # noqa: ANN401 -- as click calls it
        return command(*arguments, environment=opened(environment_name), **given)

    return environment_name_option(with_environment)  # type: ignore[return-value]
