"""The moment by which an attempt must have ended by itself, before Lambda ends it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from rowledger.functions.domain.errors import FaultCode, FaultError

# Between two looks at the clock at most this much is worked off: gzip may expand it to 64 MiB.
_PIECE_BYTES = 64 << 10


@dataclass(frozen=True, slots=True)
class Deadline:
    """at: on the clock that monotonic tells, in seconds."""

    at: float
    monotonic: Callable[[], float]

    def earlier(self, seconds: float) -> "Deadline":
        """The deadline of a step that something must follow, which takes so long."""
        return Deadline(self.at - seconds, self.monotonic)

    def left(self) -> float:
        """Seconds; none or fewer where the time is up."""
        return self.at - self.monotonic()

    def check(self, step: str) -> None:
        """Raise FaultError (TIME_UP) where there is no time left to begin a step."""
        if self.monotonic() >= self.at:
            raise FaultError(FaultCode.TIME_UP, f"no time was left before {step}")

    def within(self, chunks: Iterable[bytes], step: str) -> Iterator[bytes]:
        """Hand chunks through, in small pieces; raise as check() does between them."""
        for chunk in chunks:
            for start in range(0, len(chunk), _PIECE_BYTES):
                self.check(step)
                yield chunk[start : start + _PIECE_BYTES]
