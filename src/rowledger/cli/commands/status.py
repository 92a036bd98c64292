from dataclasses import asdict

import click
from rich.markup import escape

from rowledger.cli.output import output, print_json, table_of
from rowledger.local import health
from rowledger.local.health import Health
from rowledger.local.layout import find_layout


@click.command()
@click.option("--json", "json_output", is_flag=True, help="Print one JSON object.")
@click.pass_context
def status(context: click.Context, *, json_output: bool) -> None:
    """Ask each part of the local stack how it is.

    The exit status is 1 unless every part is healthy; an alarm or a failed event is the
    pipeline's news, not the stack's, and is shown beside.

    Example: rowledger status --json
    """
    layout = find_layout()
    found = health.check(layout)
    if json_output:
        print_json({"healthy": found.healthy, "state_dir": str(layout.root), **asdict(found)})
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
