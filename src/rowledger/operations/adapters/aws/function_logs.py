"""The function's log lines, as CloudWatch Logs gives them.

They are read stream by stream: asked for a whole group, the emulator cuts its answer off at 10,000
lines and names no next page.
"""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient


@dataclass(frozen=True)
class LogLine:
    """One line; stream names the invocation, as the emulator gives each one its own stream."""

    timestamp: int
    """Milliseconds since the epoch."""
    stream: str
    message: str

    @property
    def time(self) -> datetime:
        return datetime.fromtimestamp(self.timestamp / 1000, tz=UTC)


def read(
    logs: "CloudWatchLogsClient", group: str, since_ms: int, skip: Container[str] = frozenset()
) -> Iterator[LogLine]:
    """The lines of the invocations that ended since a moment, one invocation after the other.

    skip: streams to leave out. Raise botocore's errors.
    """
    for stream in _streams(logs, group, since_ms):
        if stream not in skip:
            yield from _lines(logs, group, stream)


def _streams(logs: "CloudWatchLogsClient", group: str, since_ms: int) -> list[str]:
    """Streams by the time of their last line, the oldest first."""
    # From the newest on, so that old invocations cost nothing. A stream that appears meanwhile
    # moves others to a later page, where they show again: the dictionary keeps them once.
    found: dict[str, None] = {}
    pages = logs.get_paginator("describe_log_streams").paginate(
        logGroupName=group, orderBy="LastEventTime", descending=True
    )
    for page in pages:
        for stream in page["logStreams"]:
            if stream.get("lastEventTimestamp", 0) < since_ms:
                return list(reversed(found))
            found[stream["logStreamName"]] = None
    return list(reversed(found))


def _lines(logs: "CloudWatchLogsClient", group: str, stream: str) -> Iterator[LogLine]:
    answer = logs.get_log_events(logGroupName=group, logStreamName=stream, startFromHead=True)
    while answer["events"]:
        for event in answer["events"]:
            yield LogLine(event["timestamp"], stream, event["message"])
        answer = logs.get_log_events(
            logGroupName=group, logStreamName=stream, nextToken=answer["nextForwardToken"]
        )
