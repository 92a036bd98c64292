"""What is told of how a text is read, by whoever knows it."""

import codecs
from dataclasses import dataclass, replace

from rowledger.functions.domain.counting.reading import ReadingRules


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a reading; each None is found.

    delimiter: b"" for one column. quote: b"" for none.
    comment: what a line that is no record begins with.
    strict: by RFC 4180, with what is told, and nothing else: every quoted section is believed.
    """

    delimiter: bytes | None = None
    quote: bytes | None = None
    escapes: bool | None = None
    comment: bytes | None = None
    strict: bool = False

    def base(self) -> ReadingRules:
        reading = ReadingRules()
        if self.delimiter is not None:
            reading = replace(reading, delimiter=self.delimiter or None)
        if self.quote is not None:
            reading = replace(reading, quote=self.quote or None)
        return replace(reading, escapes=bool(self.escapes))


def in_one_byte(told: Told, text: bytes) -> Told:
    """Return what is told in the encoding of a text of one byte a character that is no UTF-8."""
    delimiter = told.delimiter
    if not delimiter or delimiter.isascii() or delimiter in text:
        return told
    try:
        codecs.utf_8_decode(text, "strict", False)  # noqa: FBT003 -- taken by position
    except UnicodeDecodeError:
        return replace(told, delimiter=delimiter.decode().encode("windows-1252", "ignore"))
    return told
