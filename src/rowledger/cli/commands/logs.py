import time
from collections.abc import Container, Iterable, Iterator

import click

from rowledger.cli.moments import moment
from rowledger.functions import contract
from rowledger.functions.domain.text import escaped, json_text
from rowledger.local.stack import Stack, open_stack
from rowledger.operations.adapters.aws import function_logs
from rowledger.operations.adapters.aws.function_logs import LogLine

_FOLLOW_EVERY_SECONDS = 0.5
# A line can show up a little after a later one: an invocation's lines carry the moment it ended.
_LATE_MS = 10_000
# Lambda's own lines hold some.
_TAB = "\t"


def _milliseconds(context: click.Context, option: click.Parameter, value: str | None) -> int:
    """Since the epoch."""
    since = moment(context, option, value)
    return int(since.timestamp() * 1000) if since else 0


@click.command()
@click.option("--since", callback=_milliseconds, help="From an age (10m, 2h) or a time on.")
@click.option("--follow", is_flag=True, help="Go on until interrupted.")
@click.option("--request-id", help="Only the lines of one invocation.")
@click.option("--json", "json_output", is_flag=True, help="Print one JSON object a line.")
def logs(*, since: int, follow: bool, request_id: str | None, json_output: bool) -> None:
    """Show what the function logged.

    The lines of an invocation appear when it is over.

    Example: rowledger logs --since 10m --follow
    """
    stack = open_stack()
    lines = _follow(stack, since) if follow else _read(stack, since)
    if request_id is not None:
        lines = _of_request(lines, request_id)
    for line in lines:
        click.echo(
            _json(line) if json_output else f"{_time(line)}  {escaped(line.message, keep=_TAB)}"
        )


def _read(stack: Stack, since_ms: int, skip: Container[str] = frozenset()) -> Iterator[LogLine]:
    group = contract.load("pipeline.json")["functions"]["processor"]["log_group"]
    return function_logs.read(stack.client("logs"), group, since_ms, skip)


def _follow(stack: Stack, since_ms: int) -> Iterator[LogLine]:
    shown: dict[str, int] = {}
    while True:
        latest = max(shown.values(), default=since_ms)
        fresh = list(_read(stack, max(since_ms, latest - _LATE_MS), skip=shown))
        yield from fresh
        shown |= {line.stream: line.timestamp for line in fresh}
        time.sleep(_FOLLOW_EVERY_SECONDS)


def _of_request(lines: Iterable[LogLine], request_id: str) -> Iterator[LogLine]:
    stream = None
    for line in lines:
        if line.message.startswith(f"START RequestId: {request_id} "):
            stream = line.stream
        if line.stream == stream:
            yield line


def _json(line: LogLine) -> str:
    return json_text({"time": _time(line), "stream": line.stream, "message": line.message})


def _time(line: LogLine) -> str:
    return line.time.isoformat(timespec="milliseconds")
