import time
from collections.abc import Iterable, Iterator

import click

from rowledger.cli.environment import environment_option
from rowledger.cli.log_lines import LEVELS, ReadLine, read_line
from rowledger.cli.parameters import json_option, moment
from rowledger.cli.times import shown_time, utc_option
from rowledger.functions import contract
from rowledger.functions.domain.text import escaped, json_text
from rowledger.operations.ports.environment import Environment
from rowledger.operations.ports.function_logs import LogLine
from rowledger.operations.services.function_logs import follow_lines, lines_of_request
from rowledger.wiring.operations import function_logs

# Some are in Lambda's own lines.
_TAB = "\t"


def _milliseconds(context: click.Context, option: click.Parameter, value: str | None) -> int | None:
    """Since the epoch."""
    since = moment(context, option, value)
    return int(since.timestamp() * 1000) if since else None


@click.command()
@environment_option
@click.option("--since", callback=_milliseconds, help="From an age (10m, 2h) or a time on.")
@click.option("--until", callback=_milliseconds, help="Before an age or a time.")
@click.option(
    "--function",
    type=click.Choice(tuple(contract.load("pipeline.json")["functions"])),
    default="processor",
    show_default=True,
    help="Whose log.",
)
@click.option("--file", help="Only what is about this object key, or this ledger id.")
@click.option(
    "--level",
    type=click.Choice(LEVELS, case_sensitive=False),
    help="Only lines of this level or a more severe one.",
)
@click.option("--request-id", help="Only the lines of one invocation.")
@click.option("--follow", is_flag=True, help="Go on until interrupted.")
@click.option("--raw", is_flag=True, help="The lines as they were written.")
@utc_option
@json_option("One JSON object a line: time, stream and message as it was written.")
@click.pass_context
def logs(  # noqa: PLR0913, PLR0917 -- its options
    context: click.Context,
    /,
    environment: Environment,
    since: int | None,
    until: int | None,
    function: str,
    file: str | None,
    level: str | None,
    request_id: str | None,
    *,
    follow: bool,
    raw: bool,
    json_output: bool,
) -> None:
    """Show what a function logged: time, level, what happened, the file and the details.

    The lines of an invocation appear when it is over. An exception's traceback is below its line.

    Exits with 1 if nothing is selected.

    Example: rowledger logs --since 2h --level warning
    """
    if follow and until:
        raise click.UsageError("--follow goes on without end: it takes no --until")
    if since and until and since >= until:
        raise click.UsageError("--since is not before --until: nothing is between them")
    source = function_logs(environment, function)
    found = follow_lines(source, since or 0, time.sleep) if follow else source.read(since or 0)
    if request_id is not None:
        found = lines_of_request(found, request_id)
    if until is not None:
        found = (line for line in found if line.timestamp < until)
    shown = False
    for line in _wanted(map(read_line, found), file, level):
        shown = True
        if json_output:
            click.echo(_json(line.line))
        elif raw:
            click.echo(f"{shown_time(line.line.time)}  {escaped(line.line.message, keep=_TAB)}")
        else:
            click.echo(f"{shown_time(line.line.time)}  {line.text()}")
    if not shown:
        click.echo("No line is selected.", err=True)
        context.exit(1)


def _wanted(lines: Iterable[ReadLine], file: str | None, level: str | None) -> Iterator[ReadLine]:
    for line in lines:
        about = file is None or line.is_about(file)
        if about and (level is None or line.is_at_least(level)):
            yield line


def _json(line: LogLine) -> str:
    time_text = line.time.isoformat(timespec="milliseconds")
    return json_text({"time": time_text, "stream": line.stream, "message": line.message})
