"""Cutting a stream at fixed offsets, so that no result depends on how it arrived."""

from collections.abc import Iterator

BLOCK_SIZE = 64 * 1024


class Blocks:
    """Re-cuts chunks of any size into blocks of exactly `size` bytes; the last may be shorter."""

    def __init__(self, size: int = BLOCK_SIZE) -> None:
        self._size = size
        self._pending: list[bytes] = []
        self._pending_size = 0

    def cut(self, chunk: bytes) -> Iterator[bytes]:
        """Yield each block that `chunk` completes."""
        if not chunk:
            return  # an empty piece would be kept too, and there may be millions
        start = 0
        if self._pending_size:
            start = min(self._size - self._pending_size, len(chunk))
            self._keep(chunk[:start])
            if self._pending_size < self._size:
                return
            yield self.rest()
        while len(chunk) - start >= self._size:
            yield chunk[start : start + self._size]
            start += self._size
        if start < len(chunk):
            self._keep(chunk[start:])

    def rest(self) -> bytes:
        """Return what is left at the end of the stream: shorter than a block, perhaps empty."""
        block = b"".join(self._pending)
        self._pending.clear()
        self._pending_size = 0
        return block

    def _keep(self, piece: bytes) -> None:
        self._pending.append(piece)
        self._pending_size += len(piece)
