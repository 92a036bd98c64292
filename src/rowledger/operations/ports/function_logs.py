"""The port to a function's log."""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line; stream names the invocation, as the emulator gives each one its own stream."""

    timestamp: int
    """Milliseconds since the epoch."""
    stream: str
    message: str

    @property
    def time(self) -> datetime:
        return datetime.fromtimestamp(self.timestamp / 1000, tz=UTC)


class FunctionLogs(Protocol):
    """It raises FaultError (LOGS)."""

    def read(self, since_ms: int, skip: Container[str] = frozenset()) -> Iterator[LogLine]:
        """The lines of the invocations that ended since a moment, one invocation after the other.

        since_ms: milliseconds since the epoch. skip: streams to leave out.
        """
        ...
