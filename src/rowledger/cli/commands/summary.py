from dataclasses import asdict, astuple
from datetime import UTC, datetime

import click
from rich.text import Text

from rowledger.cli.environment import environment_option
from rowledger.cli.output import as_json, print_rows
from rowledger.cli.parameters import json_option
from rowledger.cli.selection import selection_options
from rowledger.cli.times import is_utc, utc_option
from rowledger.functions.domain.ledger_requests import Summarise, SummaryBy, SummaryLine
from rowledger.functions.domain.selection import Selection
from rowledger.functions.domain.text import printable
from rowledger.operations.ports.environment import Environment
from rowledger.wiring.operations import ledger_queries

_NUMBERS = ("files", "succeeded", "rejected", "processing", "rows", "bytes")


@click.command()
@environment_option
@selection_options
@click.option(
    "--by",
    type=click.Choice(SummaryBy, case_sensitive=False),
    default=SummaryBy.DAY,
    show_default="day",
    help="A line for each hour, day, prefix up to the first slash, or status.",
)
@utc_option
@json_option("One JSON object a line.")
@click.pass_context
def summary(
    context: click.Context,
    environment: Environment,
    selection: Selection,
    by: SummaryBy,
    *,
    json_output: bool,
) -> None:
    """Sum the uploads up: files, rows and bytes by hour, day, prefix or status.

    Times are those of the local time zone, with the offset that is in force now, or of UTC.

    Exits with 1 if nothing is selected.

    Example: rowledger summary --by prefix --since 7d
    """
    request = Summarise(selection=selection, by=by, utc_offset_minutes=_utc_offset_minutes())
    found = ledger_queries(environment).summarise(request)
    if json_output:
        for line in found.lines:
            click.echo(as_json({str(by): line.group, **asdict(line)}))
    elif found.lines:
        _print(by, found.lines)
    if found.cut:
        click.echo("there are more lines than one answer takes: narrow the selection", err=True)
    if not found.lines:
        click.echo("No upload is selected.", err=True)
        context.exit(1)


def _utc_offset_minutes() -> int:
    offset = None if is_utc() else datetime.now(UTC).astimezone().utcoffset()
    return int(offset.total_seconds() // 60) if offset else 0


def _print(by: SummaryBy, lines: tuple[SummaryLine, ...]) -> None:
    rows: list[tuple[str | Text, ...]] = []
    for line in lines:
        # What has warnings is in the JSON alone: the line would be too long for a narrow terminal.
        group, *numbers, _warned = astuple(line)
        rows.append((printable(group) or "(no prefix)", *(f"{each:,}" for each in numbers)))
    if len(lines) > 1:
        totals = (sum(getattr(line, name) for line in lines) for name in _NUMBERS)
        rows.append((Text("all", style="bold"), *(f"{each:,}" for each in totals)))
    print_rows((by, *_NUMBERS), rows, numbers=_NUMBERS)
