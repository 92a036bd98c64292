"""The moment by which an attempt must have ended by itself, before Lambda ends it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from rowledger.functions.domain.faults import FaultCode, FaultError

# Maximum bytes between deadline checks: gzip may expand them to 64 MiB.
_PIECE_BYTES = 64 << 10


@dataclass(frozen=True, slots=True)
class Deadline:
    """at: the moment, in seconds of the clock that monotonic reads."""

    at: float
    monotonic: Callable[[], float]

    def earlier(self, seconds: float) -> "Deadline":
        """The deadline of a step that is followed by something that takes so many seconds."""
        return Deadline(self.at - seconds, self.monotonic)

    def left(self) -> float:
        """Seconds; none or fewer where the time is up."""
        return self.at - self.monotonic()

    def check(self, *, before: str) -> None:
        """Raise FaultError (TIME_UP) where no time is left to begin a step.

        Args:
            before: the step, such as "writing the receipt".
        """
        if self.monotonic() >= self.at:
            raise FaultError(FaultCode.TIME_UP, f"no time was left before {before}")

    def within(self, chunks: Iterable[bytes], *, before: str) -> Iterator[bytes]:
        """Pass chunks on in small pieces; raise as check() does between them."""
        for chunk in chunks:
            for start in range(0, len(chunk), _PIECE_BYTES):
                self.check(before=before)
                yield chunk[start : start + _PIECE_BYTES]
