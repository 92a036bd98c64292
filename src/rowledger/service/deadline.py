"""The moment by which an attempt must have ended by itself, before Lambda ends it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from rowledger.errors import FaultCode, FaultError


@dataclass(frozen=True, slots=True)
class Deadline:
    """at: on the clock that monotonic tells, in seconds."""

    at: float
    monotonic: Callable[[], float]

    def check(self, step: str) -> None:
        """Raise FaultError (TIME_UP) where there is no time left to begin a step."""
        if self.monotonic() >= self.at:
            raise FaultError(FaultCode.TIME_UP, f"no time was left before {step}")

    def within(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Hand chunks through until the time is up."""
        for chunk in chunks:
            self.check("the end of the file was read")
            yield chunk
