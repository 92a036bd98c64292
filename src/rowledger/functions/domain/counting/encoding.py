"""From a file's bytes to text whose delimiters, quotes and line ends are single ASCII bytes."""

import codecs
from collections.abc import Callable
from typing import Protocol

# What windows-1252 leaves undefined.
_NOT_WINDOWS_1252 = (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d")


class NulByteError(Exception):
    """The text holds a NUL. offset: into the file's bytes."""

    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset = offset


class UndecodableError(Exception):
    """The bytes are not in the encoding that the file declares.

    offset: of the first bad byte, into the file's bytes.
    before: the text of the failing block that comes before it.
    """

    def __init__(self, offset: int, before: bytes) -> None:
        super().__init__(offset)
        self.offset = offset
        self.before = before


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
        """Map an offset into the text to the file's bytes, inside the block decoded last."""


class ByteText:
    """Text counted as it is: UTF-8 or, where a file that declares nothing is not valid UTF-8,
    a single-byte encoding that extends ASCII.
    """

    name = "UTF-8"

    def __init__(self, *, declared: bool) -> None:
        """declared: the file began with UTF-8's byte-order mark, which `decode` does not get."""
        self._skipped = len(codecs.BOM_UTF8) if declared else 0
        self._declared = declared
        self._is_utf8 = True
        self._may_be_windows_1252 = True
        self._taken = self._skipped
        self._begun = b""

    @property
    def encoding(self) -> str:
        if self._declared:
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


class Utf16Text:
    """UTF-16 by its byte-order mark, counted on its UTF-8 form."""

    name = "UTF-16"

    def __init__(
        self, encoding: str, decode: Callable[[bytes, str, bool], tuple[str, int]]
    ) -> None:
        self.encoding = encoding
        self._decode = decode
        self._begun = b""
        self._begun_at = len(codecs.BOM_UTF16)
        self._text = b""
        self._text_start = 0
        self._source_start = self._begun_at

    def decode(self, block: bytes) -> bytes:
        data = self._begun + block
        text, used = self._decode_checked(data, final=False)
        self._text_start += len(self._text)
        self._text = text.encode()
        self._source_start = self._begun_at
        self._begun_at += used
        self._begun = data[used:]
        if (nul := self._text.find(b"\0")) >= 0:
            raise NulByteError(self.source_offset(self._text_start + nul))
        return self._text

    def finish(self) -> None:
        self._decode_checked(self._begun, final=True)

    def source_offset(self, text_offset: int) -> int:
        before = self._text[: text_offset - self._text_start].decode()
        return self._source_start + len(before.encode("utf-16-le"))

    def _decode_checked(self, data: bytes, *, final: bool) -> tuple[str, int]:
        try:
            return self._decode(data, "strict", final)
        except UnicodeDecodeError as error:
            good, _ = self._decode(data[: error.start], "strict", True)  # noqa: FBT003 -- codecs takes it by position
            if (nul := good.find("\0")) >= 0:
                before = len(good[:nul].encode("utf-16-le"))
                raise NulByteError(self._begun_at + before) from error
            raise UndecodableError(self._begun_at + error.start, good.encode()) from error


def detect(start: bytes) -> tuple[Decoder, int]:
    """Choose the decoder by the byte-order mark in a file's first bytes; return the mark's length.

    UTF-32 is not among them: see is_utf32.
    """
    if start.startswith(codecs.BOM_UTF8):
        return ByteText(declared=True), len(codecs.BOM_UTF8)
    if start.startswith(codecs.BOM_UTF16_LE):
        return Utf16Text("utf-16-le", codecs.utf_16_le_decode), len(codecs.BOM_UTF16)
    if start.startswith(codecs.BOM_UTF16_BE):
        return Utf16Text("utf-16-be", codecs.utf_16_be_decode), len(codecs.BOM_UTF16)
    return ByteText(declared=False), 0


def is_utf32(start: bytes) -> bool:
    """Say whether a file begins with UTF-32's mark, of which UTF-16's little-endian is a part."""
    return start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE))
