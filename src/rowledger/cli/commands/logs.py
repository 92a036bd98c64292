import time

import click

from rowledger.cli.parameters import json_option, moment
from rowledger.functions.domain.text import escaped, json_text
from rowledger.operations.ports.function_logs import LogLine
from rowledger.operations.services.function_logs import follow_lines, lines_of_request
from rowledger.wiring.environments import open_environment
from rowledger.wiring.operations import processor_logs

# Some are in Lambda's own lines.
_TAB = "\t"


def _milliseconds(context: click.Context, option: click.Parameter, value: str | None) -> int:
    """Since the epoch."""
    since = moment(context, option, value)
    return int(since.timestamp() * 1000) if since else 0


@click.command()
@click.option("--since", callback=_milliseconds, help="From an age (10m, 2h) or a time on.")
@click.option("--follow", is_flag=True, help="Go on until interrupted.")
@click.option("--request-id", help="Only the lines of one invocation.")
@json_option("Print one JSON object a line.")
def logs(*, since: int, follow: bool, request_id: str | None, json_output: bool) -> None:
    """Show what the function logged.

    The lines of an invocation appear when it is over.

    Example: rowledger logs --since 10m --follow
    """
    source = processor_logs(open_environment())
    lines = follow_lines(source, since, time.sleep) if follow else source.read(since)
    if request_id is not None:
        lines = lines_of_request(lines, request_id)
    for line in lines:
        click.echo(
            _json(line) if json_output else f"{_time(line)}  {escaped(line.message, keep=_TAB)}"
        )


def _json(line: LogLine) -> str:
    return json_text({"time": _time(line), "stream": line.stream, "message": line.message})


def _time(line: LogLine) -> str:
    return line.time.isoformat(timespec="milliseconds")
