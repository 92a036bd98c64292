"""Reads gzip (RFC 1952) as a stream, in constant memory whatever it expands to."""

import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rowledger.functions.domain.counting.blocks import Span
from rowledger.functions.domain.rejection import RejectedError, Rejection, RejectionCode

if TYPE_CHECKING:
    from zlib import _Decompress

GZIP_MAGIC = b"\x1f\x8b"

_GZIP_FORMAT = zlib.MAX_WBITS | 16
_PADDING = b"\0 \t\r\n\x1a"
# zlib copies what follows a member; with thousands of tiny members in a slice that adds up. So
# slices are small behind the end of a member, and grow from there.
_SMALL_SLICE = 8 * 1024
_LARGE_SLICE = 64 * 1024
# So much at once, as what takes the text has a cost for each piece.
_LARGEST_PIECE = 512 * 1024
_OUTPUT = 128 * 1024


class GzipReader:
    """Decompresses a gzip stream of one or more members, which padding may follow.

    trailing: how many blanks and line ends follow; zero bytes are not counted.
    """

    def __init__(self, max_decompressed_bytes: int | None = None) -> None:
        self._limit = max_decompressed_bytes
        self._member: _Decompress | None = None
        self._taken = 0
        self._produced = 0
        self._members = 0
        self._begun_as_gzip = True
        self._slice = _SMALL_SLICE
        self.trailing = 0

    def read(self, stored: Span) -> Iterator[bytes]:
        """Yield what a part of the file decompresses to, in pieces of at most 512 KiB.

        Raises RejectedError (CORRUPT_COMPRESSION with the offset into the compressed file at
        which decompression fails, or TOO_LARGE).
        """
        pieces: list[bytes] = []
        size = 0
        try:
            for piece in self._outputs(stored):
                pieces.append(piece)
                size += len(piece)
                if size > _LARGEST_PIECE - _OUTPUT:
                    yield b"".join(pieces)
                    pieces.clear()
                    size = 0
        except RejectedError:
            # What comes before has the first say.
            yield b"".join(pieces)
            raise
        yield b"".join(pieces)

    def finish(self) -> None:
        """Take the end of the file. Raises RejectedError if it ends inside a member."""
        if self._member is not None:
            raise _corrupt("The gzip data ends too early: the file is truncated.", self._taken)

    def _outputs(self, stored: Span) -> Iterator[bytes]:
        at = stored.start
        while at < stored.end:
            end = min(at + self._slice, stored.end)
            members = self._members
            yield from self._read_slice(stored.data[at:end])
            at = end
            ended = self._member is None or self._members > members
            self._slice = _SMALL_SLICE if ended else min(2 * self._slice, _LARGE_SLICE)

    def _read_slice(self, data: bytes) -> Iterator[bytes]:
        end = self._taken + len(data)
        while data:
            if self._member is None:
                data = self._without_padding(data)
                if not data:
                    break
                self._members += 1
                self._member = zlib.decompressobj(_GZIP_FORMAT)
                self._begun_as_gzip = data.startswith(GZIP_MAGIC[:1])
            before = self._member.copy()
            try:
                piece, data = self._decompress(self._member, data)
            except zlib.error as error:
                failing = _failing_byte(before, data)
                # Up to there, however the file was cut: what comes before has the first say.
                yield from self._within_limit(before.decompress(data[:failing], _OUTPUT))
                raise self._damaged(end - len(data) + failing) from error
            yield from self._within_limit(piece)
        self._taken = end

    def _without_padding(self, data: bytes) -> bytes:
        """Drop what may follow a member: zero bytes, blanks, line ends, an end-of-file mark."""
        rest = data.lstrip(_PADDING if self._members else b"\0")
        dropped = data[: len(data) - len(rest)]
        self.trailing += len(dropped) - dropped.count(b"\0")
        return rest

    def _decompress(self, member: "_Decompress", data: bytes) -> tuple[bytes, bytes]:
        piece = member.decompress(data, _OUTPUT)
        if not member.eof:
            return piece, member.unconsumed_tail
        self._member = None
        return piece, member.unused_data

    def _damaged(self, offset: int) -> RejectedError:
        if self._members > 1 and not self._begun_as_gzip:
            return _corrupt("What follows the end of the gzip data is no gzip.", offset)
        return _corrupt("The gzip data is damaged: it does not decompress.", offset)

    def _within_limit(self, piece: bytes) -> Iterator[bytes]:
        """Yield what is decompressed, up to the limit."""
        left = None if self._limit is None else self._limit - self._produced
        self._produced += len(piece)
        yield piece[:left]
        if left is not None and len(piece) > left:
            raise RejectedError(
                Rejection(
                    RejectionCode.TOO_LARGE,
                    f"The file expands to more than {self._limit:,} bytes,"
                    " which is the limit for a gzip file of its size.",
                )
            )


def _failing_byte(before: "_Decompress", data: bytes) -> int:
    """Find the byte of `data` at which decompression fails."""
    # Slice by slice first: all of it may expand to more than memory holds.
    start = 0
    for at in range(0, len(data), _SMALL_SLICE):
        after = before.copy()
        try:
            after.decompress(data[at : at + _SMALL_SLICE])
        except zlib.error:
            start = at
            break
        before = after
    good, bad = start, min(start + _SMALL_SLICE, len(data))
    while bad - good > 1:
        middle = (good + bad) // 2
        try:
            before.copy().decompress(data[start:middle])
        except zlib.error:
            bad = middle
        else:
            good = middle
    return good


def _corrupt(message: str, at: int) -> RejectedError:
    return RejectedError(Rejection(RejectionCode.CORRUPT_COMPRESSION, message, byte_offset=at))
