"""The lines around the place of a rejection, read from the object itself and kept nowhere."""

import codecs
import re
import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rowledger.errors import CommandError
from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.text import printable
from rowledger.operations.ports.objects import Objects

AROUND = 3
# Of a line, what is kept at most: a file may be one line of many gigabytes.
MAX_LINE = 400
_GZIP = b"\x1f\x8b"
_LINE_END = re.compile("\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class NumberedLine:
    """number: from 1. left_out: how many characters of it are not in text."""

    number: int
    text: str
    left_out: int


def lines_around_rejection(objects: Objects, row: LedgerRow) -> list[NumberedLine]:
    """Return the line at which a file was rejected, and some before and after it.

    Raises:
        CommandError: where the file was not rejected, or at no line.
        FaultError: where it cannot be read.
    """
    line = row.error.get("line") if row.error else None
    if row.error is None or line is None:
        why = "was not rejected" if row.error is None else "was rejected at no line of it"
        raise CommandError(f"{printable(row.filename)} {why}: there is no place to show")
    chunks = objects.read(row.bucket, row.filename, row.version_id)
    encoding = (row.dialect or {}).get("encoding") or "utf-8"
    found: deque[NumberedLine] = deque(maxlen=2 * AROUND + 1)
    for each in _lines(_text(_expanded(chunks), encoding)):
        if each.number >= line - AROUND:
            found.append(each)
        if each.number >= line + AROUND:
            break
    return list(found)


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


def _text(chunks: Iterable[bytes], encoding: str) -> Iterator[str]:
    try:
        decoder = codecs.getincrementaldecoder(encoding)(errors="backslashreplace")
    except LookupError:
        decoder = codecs.getincrementaldecoder("latin-1")()
    for chunk in chunks:
        yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def _lines(texts: Iterable[str]) -> Iterator[NumberedLine]:
    number, kept, length, rest = 1, "", 0, ""
    for text in texts:
        rest += text
        # A CR at the end may be half of a line end.
        whole, rest = (rest[:-1], "\r") if rest.endswith("\r") else (rest, "")
        *ended, begun = _LINE_END.split(whole)
        for part in ended:
            kept, length = (kept + part)[:MAX_LINE], length + len(part)
            yield NumberedLine(number, kept, length - len(kept))
            number, kept, length = number + 1, "", 0
        kept, length = (kept + begun)[:MAX_LINE], length + len(begun)
    if length:
        yield NumberedLine(number, kept, length - len(kept))
