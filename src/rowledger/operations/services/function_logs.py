"""Follows a function's log, and finds the lines of one invocation in it."""

from collections.abc import Callable, Iterable, Iterator

from rowledger.operations.ports.function_logs import FunctionLogs, LogLine

_FOLLOW_EVERY_SECONDS = 0.5
# A line can appear a little after a later one: an invocation's lines carry the moment it ended.
_LATE_MS = 10_000


def follow_lines(
    logs: FunctionLogs, since_ms: int, sleep: Callable[[float], None]
) -> Iterator[LogLine]:
    """The lines since a moment (milliseconds since the epoch), and each new one, without end."""
    shown: dict[str, int] = {}
    while True:
        latest = max(shown.values(), default=since_ms)
        fresh = list(logs.read(max(since_ms, latest - _LATE_MS), skip=shown))
        yield from fresh
        shown |= {line.stream: line.timestamp for line in fresh}
        sleep(_FOLLOW_EVERY_SECONDS)


def lines_of_request(lines: Iterable[LogLine], request_id: str) -> Iterator[LogLine]:
    """Only the lines of the invocation with this id."""
    stream = None
    for line in lines:
        if line.message.startswith(f"START RequestId: {request_id} "):
            stream = line.stream
        if line.stream == stream:
            yield line
