"""A function's log in CloudWatch Logs.

It is read stream by stream: asked for a whole group, the emulator cuts its answer off at 10,000
lines and names no next page.
"""

from collections.abc import Container, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rowledger.functions.domain.faults import FaultCode
from rowledger.operations.adapters.aws.denials import explained
from rowledger.operations.ports.function_logs import LogLine

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient


@dataclass(frozen=True, slots=True)
class CloudWatchFunctionLogs:
    """policy: the one that lets people read it; None where no person does."""

    client: "CloudWatchLogsClient"
    group: str
    policy: str | None

    def read(self, since_ms: int, skip: Container[str] = frozenset()) -> Iterator[LogLine]:
        with self._explained():
            streams = self._streams(since_ms)
        for stream in streams:
            if stream not in skip:
                # A stream may have begun long before: on AWS many invocations share one.
                yield from (
                    line for line in self._lines(stream, since_ms) if line.timestamp >= since_ms
                )

    def _explained(self) -> AbstractContextManager[None]:
        return explained(FaultCode.LOGS, f"reading the log {self.group}", self.policy)

    def _streams(self, since_ms: int) -> list[str]:
        """Streams by the time of their last line, the oldest first."""
        # From the newest on, so that old invocations cost nothing. A stream that appears meanwhile
        # moves others to a later page, where they show again: the dictionary keeps them once.
        found: dict[str, None] = {}
        pages = self.client.get_paginator("describe_log_streams").paginate(
            logGroupName=self.group, orderBy="LastEventTime", descending=True
        )
        for page in pages:
            for stream in page["logStreams"]:
                if stream.get("lastEventTimestamp", 0) < since_ms:
                    return list(reversed(found))
                found[stream["logStreamName"]] = None
        return list(reversed(found))

    def _lines(self, stream: str, since_ms: int) -> Iterator[LogLine]:
        # A page may be empty with more behind it. At the end of the stream the token that was asked
        # with is returned (Amazon CloudWatch Logs API reference, GetLogEvents).
        asked: dict[str, Any] = {"startTime": since_ms, "startFromHead": True}
        token = None
        while True:
            with self._explained():
                answer = self.client.get_log_events(
                    logGroupName=self.group, logStreamName=stream, **asked
                )
            for event in answer["events"]:
                yield LogLine(event["timestamp"], stream, event["message"])
            if answer["nextForwardToken"] == token:
                return
            token = answer["nextForwardToken"]
            asked = {"nextToken": token, "startFromHead": True}
