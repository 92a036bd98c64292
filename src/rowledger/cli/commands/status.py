from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import click
from rich.cells import cell_len
from rich.text import Text

from rowledger.cli.environment import environment_option
from rowledger.cli.output import as_json, output
from rowledger.cli.parameters import json_option
from rowledger.cli.times import shown_time, utc_option
from rowledger.functions.domain.text import escaped
from rowledger.operations.domain.service_state import FunctionInService, ServiceState
from rowledger.operations.ports.environment import Environment, Health
from rowledger.wiring.operations import service_state

# Between what stands side by side.
_GAP = 2


@dataclass(frozen=True, slots=True)
class _Line:
    """A part and how it is. more: its address, or since when; beside or below."""

    name: str
    detail: str
    style: str = ""
    more: str = ""


@click.command()
@environment_option
@utc_option
@json_option("Print one JSON object.")
@click.pass_context
def status(context: click.Context, environment: Environment, *, json_output: bool) -> None:
    """Ask how a pipeline is: its parts, what is in service, alarms, failure queue and ledger.

    Last deployed is when the youngest version in service was made. Complete through is the time
    before which every upload has its outcome, as the latest pass of reconciliation found. The exit
    status is 1 unless everything answers. Alarms and failed events are about files, not about the
    pipeline: they are shown and do not change it.

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
    if state is None:
        return document
    return document | asdict(state) | {"last_deployed": state.last_deployed}


def _print(health: Health, state: ServiceState | None) -> None:
    lines = [
        _Line(part.name, part.detail, "green" if part.healthy else "red", part.address or "")
        for part in health.parts
    ]
    if state is not None:
        lines += _state_lines(state)
    else:
        lines += _alarm_lines(health.alarms)
        if health.failed_events is not None:
            lines.append(_Line("failure queue", f"{health.failed_events:,} events"))
    names = max((cell_len(each.name) for each in lines), default=0)
    details = max((cell_len(each.detail) for each in lines if each.more), default=0)
    for each in lines:
        text = Text(each.name.ljust(names + _GAP)).append(each.detail, style=each.style)
        if each.more and names + details + 2 * _GAP + cell_len(each.more) > output.width:
            # Below, where it is whole: an address and a time are there to be copied.
            text.append(f"\n{' ' * (names + _GAP)}{each.more}")
        elif each.more:
            text.append(" " * (details - cell_len(each.detail) + _GAP)).append(each.more)
        output.print(text, soft_wrap=True)


def _alarm_lines(alarms: Mapping[str, str]) -> Iterator["_Line"]:
    for name, value in alarms.items():
        yield _Line(name, f"alarm is {value}", "red" if value == "ALARM" else "green")


def _state_lines(state: ServiceState) -> Iterator["_Line"]:
    for each in state.functions:
        yield _Line(each.name, _in_service(each), "", f"since {shown_time(each.since)}")
    yield _Line("last deployed", shown_time(state.last_deployed))
    yield from _alarm_lines(state.alarms)
    held = f", {state.held_events:,} held by a command" if state.held_events else ""
    yield _Line("failure queue", f"{state.failed_events:,} events{held}")
    if state.ledger_problem:
        yield _Line("ledger", escaped(state.ledger_problem), "red")
    elif state.complete_through:
        yield _Line("complete through", shown_time(state.complete_through))
    else:
        yield _Line("complete through", "no pass of reconciliation has finished yet")


def _in_service(function: FunctionInService) -> str:
    shares = "".join(f", {version}: {share:.0%}" for version, share in function.weights.items())
    return f"{function.alias}: version {function.version}{shares}"
