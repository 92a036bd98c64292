from dataclasses import asdict

import click
from rich.markup import escape

from rowledger.cli.output import output, print_json, table_of
from rowledger.cli.parameters import json_option
from rowledger.operations.ports.environment import Health
from rowledger.wiring.environments import open_environment


@click.command()
@json_option("Print one JSON object.")
@click.pass_context
def status(context: click.Context, *, json_output: bool) -> None:
    """Ask each part of the local stack how it is.

    The exit status is 1 unless every part is healthy. Alarms and failed events are about files, not
    about the stack: they are shown and do not change it.

    Example: rowledger status --json
    """
    environment = open_environment()
    found = environment.health()
    if json_output:
        where = {"state_dir": environment.location}
        print_json({"healthy": found.healthy, **where, **asdict(found)})
    else:
        _print(found)
    context.exit(0 if found.healthy else 1)


def _print(found: Health) -> None:
    table = table_of("part", "state", "address")
    for part in found.parts:
        colour = "green" if part.healthy else "red"
        table.add_row(part.name, f"[{colour}]{escape(part.detail)}[/]", part.address or "")
    for name, value in found.alarms.items():
        colour = "red" if value == "ALARM" else "green"
        table.add_row(name, f"[{colour}]alarm is {value}[/]")
    if found.failed_events is not None:
        table.add_row("failure queue", f"{found.failed_events} events")
    output.print(table)
