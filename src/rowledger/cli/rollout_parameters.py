"""The parameters that `deploy` and `rollback` share."""

import json
from collections.abc import Callable
from pathlib import Path

import click

from rowledger.cli.environment import ENVIRONMENT_VARIABLE
from rowledger.cli.parameters import Command, NumberRange
from rowledger.deployment.domain.rollout import Release, read_outputs


def _release(path: Path) -> Release:
    try:
        return read_outputs(json.loads(path.read_text(encoding="utf-8")))
    except ValueError as error:
        raise click.BadParameter(f"{path}: {error}") from error


def outputs_option(*, required: bool) -> Callable[[Command], Command]:
    """The option --outputs, as the argument release."""
    return click.option(
        "--outputs",
        "release",
        required=required,
        metavar="FILE",
        callback=lambda _context, _parameter, value: _release(value) if value else None,
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="What `terraform output -json` printed.",
    )


environment_option = click.option(
    "--env",
    "environment_name",
    envvar=ENVIRONMENT_VARIABLE,
    metavar="NAME",
    help="An environment, for its account, region and profile.",
)
timeout_option = click.option(
    "--timeout",
    type=NumberRange(min=1, max=3600),
    default=180,
    show_default=True,
    help="Seconds that the smoke test may take.",
)
