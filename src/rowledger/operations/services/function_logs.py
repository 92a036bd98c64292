"""Follows a function's log, and finds the lines of one invocation in it."""

import re
from collections.abc import Callable, Iterable, Iterator

from rowledger.operations.ports.function_logs import FunctionLogs, LogLine

_FOLLOW_EVERY_SECONDS = 0.5
# A line can appear a little after a later one: on the emulator an invocation's lines carry the
# moment it ended.
_LATE_MS = 10_000
_START = re.compile(r"START RequestId: (\S+) ")


def follow_lines(
    logs: FunctionLogs, since_ms: int, sleep: Callable[[float], None]
) -> Iterator[LogLine]:
    """The lines since a moment (milliseconds since the epoch), and each new one, without end."""
    # By line and not by stream: on AWS a stream goes on with the next invocation.
    shown: set[LogLine] = set()
    while True:
        latest = max((line.timestamp for line in shown), default=since_ms)
        oldest = max(since_ms, latest - _LATE_MS)
        fresh = [line for line in logs.read(oldest) if line not in shown]
        yield from fresh
        shown = {line for line in shown if line.timestamp >= oldest} | set(fresh)
        sleep(_FOLLOW_EVERY_SECONDS)


def lines_of_request(lines: Iterable[LogLine], request_id: str) -> Iterator[LogLine]:
    """Only the lines of the invocation with this id; in a stream, one comes after another."""
    running: dict[str, str] = {}
    for line in lines:
        started = _START.match(line.message)
        if started:
            running[line.stream] = started[1]
        if running.get(line.stream) == request_id:
            yield line
