from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from rowledger.cli.environment import environment_option
from rowledger.cli.output import as_json, output, table_of
from rowledger.cli.parameters import json_option
from rowledger.cli.times import shown_time, utc_option
from rowledger.operations.domain.service_state import FunctionInService, ServiceState
from rowledger.operations.ports.environment import Environment, Health
from rowledger.wiring.operations import service_state


@click.command()
@environment_option
@utc_option
@json_option("Print one JSON object.")
@click.pass_context
def status(context: click.Context, environment: Environment, *, json_output: bool) -> None:
    """Ask how a pipeline is: its parts, what is in service, alarms, failure queue and ledger.

    Complete through is the time before which every upload has its outcome, as the latest pass of
    reconciliation found. The exit status is 1 unless everything answers. Alarms and failed events
    are about files, not about the pipeline: they are shown and do not change it.

    Example: rowledger status --json
    """
    health = environment.health()
    state = service_state(environment) if health.healthy else None
    if json_output:
        click.echo(as_json(_document(environment, health, state)))
    else:
        _print(health, state)
    answers = state is not None and state.ledger_problem is None
    context.exit(0 if health.healthy and answers else 1)


def _document(
    environment: Environment, health: Health, state: ServiceState | None
) -> dict[str, Any]:
    where = "state_dir" if environment.is_local else "location"
    document = {
        "environment": environment.name,
        "healthy": health.healthy,
        where: environment.location,
        **asdict(health),
    }
    return document if state is None else document | asdict(state)


def _print(health: Health, state: ServiceState | None) -> None:
    table = table_of("part", "state", "address")
    for part in health.parts:
        colour = "green" if part.healthy else "red"
        table.add_row(part.name, f"[{colour}]{escape(part.detail)}[/]", part.address or "")
    if state is not None:
        _add(table, state)
    else:
        _add_alarms(table, health.alarms)
        if health.failed_events is not None:
            table.add_row("failure queue", f"{health.failed_events:,} events")
    output.print(table)


def _add_alarms(table: Table, alarms: Mapping[str, str]) -> None:
    for name, value in alarms.items():
        colour = "red" if value == "ALARM" else "green"
        table.add_row(name, f"[{colour}]alarm is {value}[/]")


def _add(table: Table, state: ServiceState) -> None:
    for each in state.functions:
        table.add_row(each.name, _in_service(each), f"since {shown_time(each.since)}")
    _add_alarms(table, state.alarms)
    held = f", {state.held_events:,} held by a command" if state.held_events else ""
    table.add_row("failure queue", f"{state.failed_events:,} events{held}")
    if state.ledger_problem:
        table.add_row("ledger", f"[red]{escape(state.ledger_problem)}[/]")
    elif state.complete_through:
        table.add_row("complete through", shown_time(state.complete_through))
    else:
        table.add_row("complete through", "no pass of reconciliation has finished yet")


def _in_service(function: FunctionInService) -> str:
    shares = "".join(f", {version}: {share:.0%}" for version, share in function.weights.items())
    return f"{function.alias}: version {function.version}{shares}"
