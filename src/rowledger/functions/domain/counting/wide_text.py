"""Encodings whose bytes are no ASCII: text in them is counted on its UTF-8 form."""

import codecs
import re
from collections import deque
from dataclasses import dataclass

from rowledger.functions.domain.counting.text_errors import NulByteError, UndecodableError

# Text that was decoded is kept for so many bytes, to map places in it to the file's bytes.
_KEPT = 3 << 20
_ESCAPES = re.compile(rb"\x1b(?:\$[@B]|\$\([DO-Q]|\([IJ]|\$\)[AC])")
# Where NULs are at a place of every character, and at no other.
_NEARLY_ALL = 0.9
_SOME = 0.05
_UTF32_SIZE = 4
_SWAPPED_MARK = "\ufffe"
_CONTROLS = bytes(set(range(0x20)) - set(b"\t\n\r"))


@dataclass(frozen=True, slots=True)
class _Piece:
    text_start: int
    source_start: int
    text: str


class WideText:
    """UTF-16, UTF-32, or an encoding of ISO 2022, in blocks cut anywhere.

    encoding: as Python's codecs know it.
    """

    def __init__(self, encoding: str, name: str, mark: int) -> None:
        """mark: the length of the byte-order mark in bytes, which `decode` does not get."""
        self.encoding = encoding
        self.name = name
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._taken = mark
        self._text_end = 0
        self._pieces: deque[_Piece] = deque()
        self._kept = 0
        self._delimited = False

    def decode(self, block: bytes) -> bytes:
        """Return the text of the next block. Raises NulByteError or UndecodableError."""
        pending = len(self._decoder.getstate()[0])
        start = self._taken - pending
        try:
            text = self._decoder.decode(block)
        except UnicodeDecodeError as error:
            good = error.object[: error.start].decode(self.encoding, "ignore")
            self._reject_nul(good, start)
            raise UndecodableError(start + error.start, good.encode()) from error
        self._reject_nul(text, start)
        if _SWAPPED_MARK in text:  # a file of the other byte order was added
            good = text[: text.index(_SWAPPED_MARK)]
            raise UndecodableError(start + len(good.encode(self.encoding)), good.encode())
        self._reject_narrow_text(text, block)
        encoded = text.encode()
        self._keep(_Piece(self._text_end, start, text), len(encoded))
        self._text_end += len(encoded)
        self._taken += len(block)
        return encoded

    def finish(self) -> None:
        """Take the end of the file. Raises UndecodableError if it ends inside a character."""
        pending = len(self._decoder.getstate()[0])
        try:
            self._decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            raise UndecodableError(self._taken - pending, b"") from error

    def source_offset(self, text_offset: int) -> int:
        """Map an offset into the text to the file's bytes; far back, to a place near it."""
        for piece in reversed(self._pieces):
            if piece.text_start <= text_offset:
                before = piece.text.encode()[: text_offset - piece.text_start]
                return piece.source_start + len(before.decode().encode(self.encoding))
        return self._pieces[0].source_start if self._pieces else 0

    def _keep(self, piece: _Piece, size: int) -> None:
        self._pieces.append(piece)
        self._kept += size
        while self._kept > _KEPT and len(self._pieces) > 1:
            self._kept -= len(self._pieces.popleft().text.encode())

    def _reject_nul(self, text: str, start: int) -> None:
        nul = text.find("\0")
        if nul >= 0:
            raise NulByteError(start + len(text[:nul].encode(self.encoding)))

    def _reject_narrow_text(self, text: str, block: bytes) -> None:
        """Find where lines of one byte a character were added to a file of wider ones."""
        if not self.encoding.startswith("utf-"):
            return
        head, newline, tail = text.rpartition("\n")
        self._delimited |= any(delimiter in head for delimiter in ",;\t|")
        if not (newline or self._text_end):
            return
        size = len(tail.encode(self.encoding))
        raw = block[len(block) - size :] if size else b""
        if b"\n" not in raw or b"\0" in raw or len(raw) > len(raw.translate(None, _CONTROLS)):
            return
        if not self._delimited and b"\r\n" not in raw:
            return
        try:
            codecs.utf_8_decode(raw, "strict", False)  # noqa: FBT003 -- taken by position
        except UnicodeDecodeError:
            return
        raise UndecodableError(self._taken + len(block) - size, (head + newline).encode())


def recognised_escapes(block: bytes) -> str | None:
    """Name the encoding of ISO 2022 that a text is in; None where its escapes are not there."""
    if b"\x1b" not in block or not block.isascii() or not (found := _ESCAPES.search(block)):
        return None
    if found[0].endswith(b")C"):
        return "iso2022_kr"
    if found[0].endswith(b")A"):
        return None
    return "iso2022_jp_ext" if b"\x1b(I" in block else "iso2022_jp_2"


def width_without_mark(block: bytes) -> str | None:
    """Name the encoding of UTF-16 or UTF-32 that a text without a mark is in, by where NULs are.

    Line ends, delimiters and digits have NULs in their upper bytes; text has no other NUL.
    """
    if (
        b"\0" not in block
        or len(block) < _UTF32_SIZE
        or b"\n" in block[: block.find(b"\0")].strip(b"\n")
    ):
        return None
    sample = block[: len(block) - len(block) % 4]
    shares = [sample[place::4].count(0) / (len(sample) // 4) for place in range(4)]
    if shares[3] == 1 and shares[2] > _NEARLY_ALL and shares[0] == 0:
        return "utf-32-le"
    if shares[0] == 1 and shares[1] > _NEARLY_ALL and shares[3] == 0:
        return "utf-32-be"
    even, odd = (shares[0] + shares[2]) / 2, (shares[1] + shares[3]) / 2
    for share, other, encoding in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        if other == 0 and share > _SOME and _is_text(block, encoding):
            return encoding
    return None


def _is_text(block: bytes, encoding: str) -> bool:
    """Say whether the block decodes to lines of text."""
    text = block[: len(block) - len(block) % 2].decode(encoding, "ignore")
    newline = "\n" in text or "\r" in text
    return newline and not any(
        each < " " and each not in "\t\r\n\f\x1a\x1b\x1f\x1e\x01\x02" for each in text
    )
