"""Puts AWS/Lambda metrics for asynchronous invocations, which the emulator does not record.

The function's log says how each invocation went. The emulator gives every invocation a log stream
of its own and writes it whole, START to REPORT, when the invocation is over.

A synchronous invocation is recorded by the emulator as well and leaves the same log, so it counts
twice here. The pipeline makes none; one made by hand moves no alarm that it would not move once,
as a sum above zero stays above zero and a maximum stays the maximum.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rowledger.local.emulator_clients import EmulatorClients
from rowledger.local.emulator_patches import embedded_metrics
from rowledger.local.emulator_patches.embedded_metrics import Embedded
from rowledger.local.private_files import read_json, write_json
from rowledger.operations.adapters.aws.function_logs import CloudWatchFunctionLogs
from rowledger.operations.ports.function_logs import LogLine

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient

_REPORT = re.compile(r"REPORT RequestId: \S+\tDuration: ([\d.]+) ms\t")
_TRACEBACK = "Traceback (most recent call last)"
# What the emulator writes as the last line where the process ended or was ended.
_ENDED = ("Task timed out after ", "Worker process died", "Worker returned", "No JSON response")

# A stream's lines have the time at which its invocation ended, and may appear after later ones.
_LATE_MS = 10_000
# Metrics put in one call; AWS takes a thousand.
_BATCH = 300


@dataclass(frozen=True)
class Invocation:
    """How one invocation went."""

    stream: str
    ended_ms: int
    """Milliseconds since the epoch."""
    duration_ms: float
    failed: bool
    embedded: tuple[Embedded, ...] = ()


class InvocationMetrics:
    """Follows a function's log group and puts each invocation's metrics once.

    What it has put is kept in a file: started again, it neither repeats nor misses an invocation.
    """

    def __init__(
        self, aws: EmulatorClients, function_name: str, log_group: str, progress_file: Path
    ) -> None:
        self._logs = CloudWatchFunctionLogs(aws.client("logs"), log_group, None)
        self._cloudwatch: CloudWatchClient = aws.client("cloudwatch")
        self._dimensions: Any = [{"Name": "FunctionName", "Value": function_name}]
        self._progress_file = progress_file
        # The streams of the last seconds whose metrics have been put, and when each ended.
        self._recent: dict[str, int] = read_json(progress_file) or {}

    def run_once(self) -> None:
        """Put the metrics of the invocations that ended since.

        Raises:
            FaultError: the log cannot be read. Else botocore's errors.
        """
        since = max(0, max(self._recent.values(), default=0) - _LATE_MS)
        fresh = parse(self._logs.read(since, skip=self._recent))
        for start in range(0, len(fresh), _BATCH):
            self._put(fresh[start : start + _BATCH])

    def _put(self, invocations: list[Invocation]) -> None:
        data = [datum for each in invocations for datum in self._data(each)]
        self._cloudwatch.put_metric_data(Namespace="AWS/Lambda", MetricData=data)
        embedded_metrics.put(
            self._cloudwatch, [metric for each in invocations for metric in each.embedded]
        )
        self._recent.update({each.stream: each.ended_ms for each in invocations})
        oldest = max(self._recent.values()) - _LATE_MS
        self._recent = {name: ended for name, ended in self._recent.items() if ended >= oldest}
        write_json(self._progress_file, self._recent)

    def _data(self, invocation: Invocation) -> Iterator[Any]:
        for name, unit, value in (
            ("Invocations", "Count", 1.0),
            ("Errors", "Count", float(invocation.failed)),
            ("Duration", "Milliseconds", invocation.duration_ms),
        ):
            yield {
                "MetricName": name,
                "Dimensions": self._dimensions,
                "Unit": unit,
                "Value": value,
                "Timestamp": invocation.ended_ms / 1000,
            }


def parse(lines: Iterable[LogLine]) -> list[Invocation]:
    """The invocations whose log is complete."""
    streams: dict[str, list[LogLine]] = {}
    for line in lines:
        streams.setdefault(line.stream, []).append(line)
    return [found for block in streams.values() if (found := _invocation(block)) is not None]


def _invocation(block: list[LogLine]) -> Invocation | None:
    report = _REPORT.match(block[-1].message)
    if report is None:
        return None
    lines = [
        line.message
        for line in block
        if not line.message.startswith(
            ("START RequestId: ", "END RequestId: ", "REPORT RequestId: ")
        )
    ]
    return Invocation(
        block[-1].stream,
        block[-1].timestamp,
        float(report[1]),
        failed(lines),
        embedded_metrics.find(lines),
    )


def failed(lines: list[str]) -> bool:
    """Whether an invocation failed, by the lines between its START and its END.

    The function logs at least one line whenever it runs, so no line means that the process never
    reached it. What it logs is JSON, so a bare traceback is the emulator's.
    """
    return (
        not lines
        or any(line.startswith(_TRACEBACK) for line in lines)
        or lines[-1].startswith(_ENDED)
    )
