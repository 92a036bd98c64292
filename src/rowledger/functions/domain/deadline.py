"""The moment by which an attempt must have ended by itself, before Lambda ends it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from rowledger.functions.domain.counting.compression import GZIP_MAGIC
from rowledger.functions.domain.faults import FaultCode, FaultError

# Maximum bytes between deadline checks: gzip may expand them to 64 MiB.
_GZIP_PIECE_BYTES = 64 << 10
# Other text is counted at many times this a second, and the faster the larger the pieces are: as
# they arrive, where that is a little above a MiB.
_PIECE_BYTES = 2 << 20


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
        """Pass the chunks of an object on in pieces; raise as check() does between them."""
        size = 0
        for chunk in chunks:
            if not size and chunk:
                # Of a first chunk of one byte nobody knows yet.
                gzip = GZIP_MAGIC.startswith(chunk[: len(GZIP_MAGIC)])
                size = _GZIP_PIECE_BYTES if gzip else _PIECE_BYTES
            for start in range(0, len(chunk), size or 1):
                self.check(before=before)
                yield chunk[start : start + size]
