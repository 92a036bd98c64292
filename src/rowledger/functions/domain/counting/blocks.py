"""Cutting a stream at fixed offsets, so that no result depends on how it arrived."""

from collections.abc import Iterator
from dataclasses import dataclass

BLOCK_SIZE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Span:
    """Whole blocks one after another: data[start:end]."""

    data: bytes
    start: int
    end: int

    @property
    def number(self) -> int:
        return (self.end - self.start) // BLOCK_SIZE

    @property
    def text(self) -> bytes:
        return self.data[self.start : self.end]

    def divided(self, size: int) -> tuple["Span", "Span"]:
        """Return the first `size` bytes, and the rest."""
        middle = min(self.start + size, self.end)
        return Span(self.data, self.start, middle), Span(self.data, middle, self.end)

    def blocks(self, size: int = BLOCK_SIZE) -> Iterator["Span"]:
        """Yield each of them."""
        for start in range(self.start, self.end, size):
            yield Span(self.data, start, start + size)


class Blocks:
    """Re-cuts chunks of any size into blocks of exactly `size` bytes; the last may be shorter."""

    def __init__(self, size: int = BLOCK_SIZE) -> None:
        self._size = size
        self._pending: list[bytes] = []
        self._pending_size = 0

    def cut(self, chunk: bytes) -> Iterator[Span]:
        """Yield the blocks that `chunk` completes, as few spans of them as there can be."""
        if not chunk:
            return  # an empty piece would be kept too, and there may be millions
        start = 0
        if self._pending_size:
            start = min(self._size - self._pending_size, len(chunk))
            self._keep(chunk[:start])
            if self._pending_size < self._size:
                return
            yield Span(self.rest(), 0, self._size)
        end = len(chunk) - (len(chunk) - start) % self._size
        if end > start:
            yield Span(chunk, start, end)
        if end < len(chunk):
            self._keep(chunk[end:])

    def rest(self) -> bytes:
        """Return what is left at the end of the stream: shorter than a block, perhaps empty."""
        block = b"".join(self._pending)
        self._pending.clear()
        self._pending_size = 0
        return block

    def _keep(self, piece: bytes) -> None:
        self._pending.append(piece)
        self._pending_size += len(piece)
