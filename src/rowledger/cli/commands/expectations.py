"""`rowledger expectations`: which files were due on a day, and what became of them."""

from dataclasses import asdict
from datetime import datetime

import click

from rowledger.cli.environment import environment_option
from rowledger.cli.output import as_json, print_rows
from rowledger.cli.parameters import json_option
from rowledger.cli.selection import day_bounds
from rowledger.cli.times import shown_time, utc_option
from rowledger.errors import CommandError
from rowledger.functions.domain.text import printable
from rowledger.functions.domain.window_requests import ListWindows
from rowledger.operations.domain.window_views import WindowView, window_views
from rowledger.operations.ports.environment import Environment
from rowledger.wiring.operations import ledger_queries, schedules


@click.command()
@environment_option
@click.option(
    "--on",
    "day",
    metavar="DAY",
    default="today",
    show_default=True,
    help="Due on this day of the local time zone: today, yesterday or 2026-11-26.",
)
@click.option("--source", help="Of this source alone.")
@utc_option
@json_option("One JSON object a line.")
@click.pass_context
def expectations(
    context: click.Context,
    environment: Environment,
    day: str,
    source: str | None,
    *,
    json_output: bool,
) -> None:
    """Show which files are due on a day, and what became of them.

    A window that was evaluated is ON_TIME, LATE, INCOMPLETE, INVALID or MISSING; one that was not
    yet is READY (all is there), OPEN, UPCOMING or ENDED.

    Exits with 1 if something is missing or not as expected, and did not come late since.

    Example: rowledger expectations --on yesterday
    """
    views = views_of(environment, *day_bounds(day), source)
    if json_output:
        for view in views:
            click.echo(as_json({**asdict(view), "is_missing": view.is_missing}))
    elif views:
        _print(views)
    else:
        click.echo("nothing is due", err=True)
    if any(view.is_missing for view in views):
        context.exit(1)


def views_of(
    environment: Environment, since: datetime, until: datetime, source: str | None
) -> list[WindowView]:
    """The windows of a time, in an environment."""
    request = ListWindows(since=since, until=until, source=source)
    found = ledger_queries(environment).list_windows(request)
    if found.cut:
        click.echo("there is more than one answer takes: give --source", err=True)
    try:
        return window_views(found, schedules(), since, until)
    except ValueError as error:
        raise CommandError(f"{error}: is this rowledger older than the pipeline?") from error


def _print(views: list[WindowView]) -> None:
    rows = [
        (
            view.source,
            view.expectation,
            shown_time(view.due_at),
            shown_time(view.ends_at),
            view.state.value,
            f"{view.good:,}",
            came_text(view),
            printable(view.problem),
        )
        for view in views
    ]
    columns = ("source", "expectation", "due", "grace until", "state", "files", "came", "problem")
    print_rows(columns, rows, numbers=("files",))


def came_text(view: WindowView) -> str:
    """When the files of a window were all there, and how late that was."""
    moment = view.completed_late or view.completed_at
    if moment is None:
        return ""
    minutes = -((view.due_at - moment).total_seconds() // 60)
    late = f", {minutes:,.0f} min late" if minutes > 0 else ""
    return f"{shown_time(moment)}{late}"
