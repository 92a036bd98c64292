"""The lines around the place of a rejection, read from the object itself and kept nowhere."""

import codecs
import re
import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.rejection import RejectionCode
from rowledger.operations.ports.objects import Objects

AROUND = 3
# Of a line, what is kept at most: a file may be one line of many gigabytes.
MAX_LINE = 400
# Where the place is beyond that, what is kept before and after it.
_BESIDE = 200
_BYTES_A_LINE = 16
_GZIP = b"\x1f\x8b"
_LINE_END = re.compile("\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class NumberedLine:
    """number: from 1. begins: the position of the text's first character in its line, from 1.

    left_out: how many characters of the line are not in text.
    """

    number: int
    text: str
    left_out: int
    begins: int = 1


@dataclass(frozen=True, slots=True)
class ByteLine:
    """Some bytes as they are. offset: of the first of them in the file, from 0."""

    offset: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is around the place of a rejection: lines, or bytes; else why there is neither."""

    lines: tuple[NumberedLine, ...] = ()
    bytes: tuple[ByteLine, ...] = ()
    note: str | None = None


def around_rejection(objects: Objects, row: LedgerRow) -> Surroundings:
    """Return what is around the place at which a file was rejected.

    Raises:
        FaultError: where it cannot be read.
    """
    if row.error is None:
        return Surroundings(note="the file was not rejected: there is no place to show")
    line: int | None = row.error.get("line")
    offset: int | None = row.error.get("byte_offset")
    if line is None and offset is None:
        return Surroundings(note="the file was rejected as a whole: there is no place to show")
    chunks = objects.read(row.bucket, row.filename, row.version_id)
    # Where the compression itself is what is wrong, the place is in the compressed bytes.
    if row.error["code"] != RejectionCode.CORRUPT_COMPRESSION:
        chunks = _expanded(chunks)
    if line is None:
        return Surroundings(bytes=tuple(_bytes(chunks, offset or 0)))
    encoding = (row.dialect or {}).get("encoding") or "utf-8"
    found: deque[NumberedLine] = deque(maxlen=2 * AROUND + 1)
    for each in _lines(_text(chunks, encoding, offset)):
        if each.number >= line - AROUND:
            found.append(each)
        if each.number >= line + AROUND:
            break
    return Surroundings(lines=tuple(found))


def _bytes(chunks: Iterable[bytes], offset: int) -> Iterator[ByteLine]:
    """The bytes of the place, and some before and after it."""
    first = max(offset // _BYTES_A_LINE - AROUND, 0) * _BYTES_A_LINE
    last = first + (2 * AROUND + 1) * _BYTES_A_LINE
    at, kept = 0, b""
    for chunk in chunks:
        kept += chunk[max(first - at, 0) : max(last - at, 0)]
        at += len(chunk)
        if at >= last:
            break
    for begin in range(0, len(kept), _BYTES_A_LINE):
        yield ByteLine(first + begin, kept[begin : begin + _BYTES_A_LINE])


def _expanded(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The bytes, decompressed where they are gzip; up to where that fails."""
    expander = None
    for number, chunk in enumerate(chunks):
        if number == 0 and chunk.startswith(_GZIP):
            expander = zlib.decompressobj(zlib.MAX_WBITS | 16)
        if expander is None:
            yield chunk
            continue
        waiting = chunk
        while waiting:
            try:
                yield expander.decompress(waiting, 1 << 20)
            except zlib.error:
                return
            waiting = expander.unconsumed_tail
            if expander.eof and not waiting:
                # Another member of the file may follow.
                waiting = expander.unused_data
                expander = zlib.decompressobj(zlib.MAX_WBITS | 16)


class _Place:
    """Stands in a text where the place is."""


_PLACE = _Place()


def _text(chunks: Iterable[bytes], encoding: str, offset: int | None) -> Iterator[str | _Place]:
    """The text, with the place in it where a byte offset says where that is."""
    try:
        decoder = codecs.getincrementaldecoder(encoding)(errors="backslashreplace")
    except LookupError:
        decoder = codecs.getincrementaldecoder("latin-1")()
    at = 0
    for chunk in chunks:
        if offset is not None and at <= offset < at + len(chunk):
            yield decoder.decode(chunk[: offset - at])
            yield _PLACE
            yield decoder.decode(chunk[offset - at :])
        else:
            yield decoder.decode(chunk)
        at += len(chunk)
    yield decoder.decode(b"", final=True)


@dataclass(slots=True)
class _Line:
    """A line as it is read: its beginning, and what is beside the place if that is further on."""

    number: int
    length: int = 0
    beginning: str = ""
    before: str = ""
    after: str = ""
    place: int | None = None

    def add(self, part: str) -> None:
        self.length += len(part)
        self.beginning = (self.beginning + part[:MAX_LINE])[:MAX_LINE]
        if self.place is None:
            self.before = (self.before + part[-_BESIDE:])[-_BESIDE:]
        else:
            self.after = (self.after + part[:_BESIDE])[:_BESIDE]

    def ended(self) -> NumberedLine:
        if self.place is None or self.place < MAX_LINE:
            left_out = self.length - len(self.beginning)
            return NumberedLine(self.number, self.beginning, left_out)
        text = self.before + self.after
        begins = self.place - len(self.before) + 1
        return NumberedLine(self.number, text, self.length - len(text), begins)


def _lines(texts: Iterable[str | _Place]) -> Iterator[NumberedLine]:
    line, rest = _Line(1), ""
    for text in texts:
        if isinstance(text, _Place):
            line.place = line.length
            continue
        rest += text
        # A CR at the end may be half of a line end.
        whole, rest = (rest[:-1], "\r") if rest.endswith("\r") else (rest, "")
        *ended, begun = _LINE_END.split(whole)
        for part in ended:
            line.add(part)
            yield line.ended()
            line = _Line(line.number + 1)
        line.add(begun)
    if line.length:
        yield line.ended()
