"""`rowledger incidents`: what is missing, who sees to it, and how it ended."""

from dataclasses import asdict

import click

from rowledger.cli.environment import environment_option
from rowledger.cli.output import as_json, print_rows
from rowledger.cli.parameters import Command, json_option, login_name
from rowledger.cli.times import shown_time, utc_option
from rowledger.errors import CommandError
from rowledger.functions.domain.text import printable
from rowledger.functions.domain.window_requests import (
    ChangeIncident,
    IncidentChange,
    IncidentLine,
    ListIncidents,
)
from rowledger.operations.ports.environment import Environment
from rowledger.wiring.operations import ledger_actions, ledger_queries


@click.group()
def incidents() -> None:
    """Show what is missing, say who sees to it, and close it.

    A source has one open incident at most: from the first window that is not as expected until the
    files come late, the next ones come as expected, or somebody closes it.

    Example: rowledger incidents list
    """


@incidents.command("list")
@environment_option
@click.option("--all", "closed", is_flag=True, help="Closed ones, too.")
@click.option("--source", help="Of this source alone.")
@click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True)
@utc_option
@json_option("One JSON object a line.")
def list_incidents(
    environment: Environment,
    source: str | None,
    limit: int,
    *,
    closed: bool,
    json_output: bool,
) -> None:
    """List the incidents that are open, the latest first.

    Example: rowledger incidents list --all --source acme-orders
    """
    request = ListIncidents(closed=closed, source=source, limit=limit)
    found = ledger_queries(environment).list_incidents(request)
    if json_output:
        for each in found:
            click.echo(as_json(asdict(each)))
    elif found:
        columns = ("id", "source", "opened", "windows", "lacking", "told", "acknowledged", "closed")
        print_rows(columns, [_row(each) for each in found], numbers=("windows", "lacking"))
    else:
        click.echo("no incident" if closed else "no incident is open", err=True)


def _change_options(command: Command) -> Command:
    for option in (
        json_option("One JSON object: the incident as it is now."),
        click.option("--by", help="Who; it is kept in the ledger.  [default: the login name]"),
        click.option("--why", required=True, help="Why; it is kept in the ledger."),
        click.argument("incident_id", metavar="ID", type=click.IntRange(min=1)),
        environment_option,
    ):
        command = option(command)
    return command


@incidents.command()
@_change_options
def ack(
    environment: Environment, incident_id: int, why: str, by: str | None, *, json_output: bool
) -> None:
    """Say that somebody sees to an incident; it stays open.

    Example: rowledger incidents ack 7 --why "asked the sender"
    """
    _change(environment, incident_id, IncidentChange.ACKNOWLEDGE, why, by, json_output=json_output)


@incidents.command()
@_change_options
def close(
    environment: Environment, incident_id: int, why: str, by: str | None, *, json_output: bool
) -> None:
    """Close an incident. The next window that is not as expected opens a new one.

    Example: rowledger incidents close 7 --why "a holiday there"
    """
    _change(environment, incident_id, IncidentChange.CLOSE, why, by, json_output=json_output)


def _change(
    environment: Environment,
    incident_id: int,
    change: IncidentChange,
    why: str,
    by: str | None,
    *,
    json_output: bool,
) -> None:
    if not why.strip():
        raise click.UsageError("--why is empty")
    request = ChangeIncident(
        id=incident_id,
        change=change,
        by=by or login_name(),
        why=why,
        identity=environment.identity(),
    )
    found = ledger_actions(environment).change_incident(request)
    incident = found.incident
    if incident is None:
        raise CommandError(f"there is no incident {incident_id}")
    if not found.changed:
        state = "closed" if incident.closed_at else "acknowledged"
        who = incident.closed_by if incident.closed_at else incident.acknowledged_by
        raise CommandError(f"incident {incident_id} is {state} already, by {who}")
    if json_output:
        click.echo(as_json(asdict(incident)))
        return
    done = "acknowledged" if change is IncidentChange.ACKNOWLEDGE else "closed"
    click.echo(f"incident {incident_id} of {incident.source} is {done}")


def _row(each: IncidentLine) -> tuple[str, ...]:
    known = f"{each.acknowledged_by}: {each.acknowledged_why}" if each.acknowledged_at else ""
    closed = f"{shown_time(each.closed_at)}: {each.closed_why}" if each.closed_at else ""
    return (
        str(each.id),
        each.source,
        shown_time(each.opened_at),
        f"{each.windows:,}",
        f"{each.lacking:,}",
        shown_time(each.told_at) if each.told_at else "not yet",
        printable(known),
        printable(closed),
    )
