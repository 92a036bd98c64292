"""A function's log in memory."""

from collections.abc import Container, Iterator
from dataclasses import dataclass, field

from rowledger.operations.ports.function_logs import LogLine


@dataclass
class MemoryFunctionLogs:
    """asked: the moment of each read."""

    lines: list[LogLine] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)

    def read(self, since_ms: int, skip: Container[str] = frozenset()) -> Iterator[LogLine]:
        self.asked.append(since_ms)
        for line in self.lines:
            if line.timestamp >= since_ms and line.stream not in skip:
                yield line
