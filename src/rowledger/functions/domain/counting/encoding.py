"""From a file's bytes to text whose delimiters, quotes and line ends are single ASCII bytes."""

import codecs
from typing import Protocol

from rowledger.functions.domain.counting.text_errors import NulByteError, UndecodableError
from rowledger.functions.domain.counting.wide_text import (
    WideText,
    recognised_escapes,
    width_without_mark,
)

# UTF-32's little-endian mark begins with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)

# In bytes, and the bytes that begin and continue the characters of UTF-8.
_LONGEST_CHARACTER = 4
_CONTINUES_CHARACTER, _BEGINS_CHARACTER, _BEGINS_THREE, _BEGINS_FOUR = 0x80, 0xC0, 0xE0, 0xF0

# What windows-1252 leaves undefined.
_NOT_WINDOWS_1252 = (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d")


class Decoder(Protocol):
    """Turns blocks of a file into blocks of ASCII-compatible text."""

    @property
    def encoding(self) -> str:
        """The encoding, as far as it is known by now, in the words of Dialect.encoding."""

    @property
    def name(self) -> str:
        """What a person calls it."""

    def decode(self, block: bytes) -> bytes:
        """Return the text of the next block. Raises NulByteError or UndecodableError."""

    def finish(self) -> None:
        """Take the end of the file. Raises UndecodableError if it ends inside a character."""

    def source_offset(self, text_offset: int) -> int:
        """Map an offset into the text to the file's bytes."""


class ByteText:
    """Text counted as it is: UTF-8 or, where a file that declares nothing is not valid UTF-8,
    a single-byte encoding that extends ASCII.
    """

    name = "UTF-8"

    def __init__(self, *, declared: bool, mark: bool = True) -> None:
        """declared: the file says that it is UTF-8, or somebody does.

        mark: where declared, by UTF-8's byte-order mark, which `decode` does not get.
        """
        self._skipped = len(codecs.BOM_UTF8) if declared and mark else 0
        self._declared = declared
        self._is_utf8 = True
        self._may_be_windows_1252 = True
        self._taken = self._skipped
        self._begun = b""

    @property
    def encoding(self) -> str:
        if self._skipped:
            return "utf-8-sig"
        if self._is_utf8:
            return "utf-8"
        return "windows-1252" if self._may_be_windows_1252 else "unknown-8bit"

    def decode(self, block: bytes) -> bytes:
        nul = block.find(b"\0")
        text = block if nul < 0 else block[:nul]
        if not text.isascii():
            self._may_be_windows_1252 &= not any(byte in text for byte in _NOT_WINDOWS_1252)
        if self._is_utf8 and (self._begun or not text.isascii()):
            self._validate(text, final=nul >= 0)
        if nul >= 0:
            raise NulByteError(self._taken + nul)
        self._taken += len(block)
        return block

    @property
    def is_utf8(self) -> bool:
        """Whether all text so far is."""
        return self._is_utf8

    def pass_by(self, data: bytes, start: int, end: int, *, windows_1252: bool) -> None:
        """Take data[start:end], which is UTF-8 without a NUL.

        windows_1252: it may be that, too.
        """
        self._may_be_windows_1252 &= windows_1252
        self._begun = data[begun_character(data, end) : end]
        self._taken += end - start

    def finish(self) -> None:
        if self._is_utf8 and self._begun:
            self._validate(b"", final=True)

    def source_offset(self, text_offset: int) -> int:
        return text_offset + self._skipped

    def _validate(self, text: bytes, *, final: bool) -> None:
        begun = len(self._begun)
        data = self._begun + text
        try:
            _, valid = codecs.utf_8_decode(data, "strict", final)
        except UnicodeDecodeError as error:
            self._is_utf8 = False
            if self._declared:
                bad = error.start - begun
                raise UndecodableError(self._taken + bad, text[: max(bad, 0)]) from error
        else:
            self._begun = data[valid:]


def begun_character(data: bytes, end: int) -> int:
    """Return where in UTF-8 the character begins that is not whole in data[:end]; else `end`."""
    for size in range(1, min(_LONGEST_CHARACTER, end + 1)):
        byte = data[end - size]
        if byte >= _BEGINS_CHARACTER:
            whole = 2 + (byte >= _BEGINS_THREE) + (byte >= _BEGINS_FOUR)
            return end - size if size < whole else end
        if byte < _CONTINUES_CHARACTER:
            break
    return end


def detect(start: bytes) -> tuple[Decoder, int]:
    """Choose the decoder by a file's first bytes; return the length of its byte-order mark."""
    for mark, encoding, name in _MARKS:
        if start.startswith(mark):
            return WideText(encoding, name, len(mark)), len(mark)
    if start.startswith(codecs.BOM_UTF8):
        return ByteText(declared=True), len(codecs.BOM_UTF8)
    if wide := width_without_mark(start):
        return WideText(wide, wide[:6].upper(), 0), 0
    if escaped := recognised_escapes(start):
        return WideText(escaped, "ISO-2022", 0), 0
    return ByteText(declared=False), 0


def told(encoding: str, start: bytes) -> tuple[Decoder, int]:
    """Return the decoder of an encoding that is told, and the length of the byte-order mark.

    Raises LookupError for an encoding that Python does not know.
    """
    name = codecs.lookup(encoding).name
    if name in {"utf-8", "utf-8-sig"}:
        marked = start.startswith(codecs.BOM_UTF8)
        return ByteText(declared=True, mark=marked), len(codecs.BOM_UTF8) if marked else 0
    decoder, mark = detect(start)
    if isinstance(decoder, WideText) and decoder.encoding == name:
        return decoder, mark
    if name in {"utf-16", "utf-32"}:
        return (decoder, mark) if mark else (WideText(f"{name}-le", name.upper(), 0), 0)
    return WideText(name, name, 0), 0
