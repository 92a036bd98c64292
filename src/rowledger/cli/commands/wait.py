"""`rowledger wait`: wait in a script until the files of a source are there."""

import time

import click

from rowledger.cli.commands.expectations import views_of
from rowledger.cli.environment import environment_option
from rowledger.cli.parameters import NumberRange
from rowledger.cli.selection import day_bounds
from rowledger.errors import CommandError
from rowledger.functions.domain.sources.evaluation import WindowState
from rowledger.operations.domain.window_views import WindowView
from rowledger.operations.ports.environment import Environment


@click.command()
@environment_option
@click.argument("source")
@click.option(
    "--window",
    "day",
    metavar="DAY",
    default="today",
    show_default=True,
    help="The windows due on this day of the local time zone: today, yesterday or 2026-11-26.",
)
@click.option("--expectation", help="Of this expectation alone.")
@click.option(
    "--timeout",
    type=NumberRange(min=0),
    default=3600,
    show_default=True,
    help="Seconds to wait at most; 0 only looks.",
)
@click.option(
    "--interval",
    type=NumberRange(min=1),
    default=30,
    show_default=True,
    help="Seconds between two looks.",
)
def wait(
    environment: Environment,
    source: str,
    day: str,
    expectation: str | None,
    timeout: float,
    interval: float,
) -> None:
    """Wait until the files of a source that are due on a day are all there.

    Exits with 0 as soon as they are, also if they came late; with 1 where nothing is due, where
    what came is not what was expected, and where the time is up.

    Example: rowledger wait acme-orders --window today --timeout 7200 && load-orders
    """
    bounds = day_bounds(day)
    end = time.monotonic() + timeout
    while True:
        views = [
            view
            for view in views_of(environment, *bounds, source)
            if expectation in (None, view.expectation)
        ]
        if not views:
            raise CommandError(f"no files of {source!r} are due then")
        lacking = [view for view in views if not view.is_there]
        if not lacking:
            click.echo(f"{source}: all files are there")
            return
        left = end - time.monotonic()
        if left <= 0 or any(view.state is WindowState.INVALID for view in lacking):
            raise CommandError("; ".join(map(_text, lacking)))
        time.sleep(min(interval, left))


def _text(view: WindowView) -> str:
    problem = f" ({view.problem})" if view.problem else ""
    return f"{view.source}/{view.expectation} due {view.due_at.isoformat()}: {view.state}{problem}"
