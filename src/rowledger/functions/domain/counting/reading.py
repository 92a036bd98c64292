"""A reading: how a text's records and fields are told apart. Detection chooses between readings."""

from dataclasses import dataclass
from enum import StrEnum

BACKSLASH = b"\\"


class RecordEnds(StrEnum):
    """What ends a record outside quotes."""

    ANY_LINE_END = "LF, CRLF or CR"
    NO_LONE_CR = "LF or CRLF; a CR alone is text"
    NO_LONE_LF = "CR; a LF alone is text"
    RECORD_SEPARATOR = "U+001E"


@dataclass(frozen=True, slots=True)
class ReadingRules:
    """The default is RFC 4180's.

    delimiter: one or more bytes; None where a record is one field.
    quote: one byte, or None where no character quotes.
    escapes: a backslash makes a quote, a delimiter, a line end or a backslash text.
    blanks_before_quotes: blanks may stand between a delimiter and a quote that opens.
    """

    delimiter: bytes | None = b","
    quote: bytes | None = b'"'
    escapes: bool = False
    blanks_before_quotes: bool = False
    ends: RecordEnds = RecordEnds.ANY_LINE_END

    @property
    def words(self) -> str:
        """The reading in a few words, for people."""
        parts = [
            "one column" if self.delimiter is None else shown(self.delimiter),
            f"{shown(self.quote)} quotes" if self.quote else "no quotes",
        ]
        if self.escapes:
            parts.append("backslash escapes")
        if self.blanks_before_quotes:
            parts.append("blanks before quotes")
        if self.ends is not RecordEnds.ANY_LINE_END:
            parts.append(f"records end at {self.ends}")
        return ", ".join(parts)


def as_text(characters: bytes) -> str:
    """Decode a delimiter or a quote, which is UTF-8 or a byte of its own."""
    try:
        return characters.decode()
    except UnicodeDecodeError:
        return characters.decode("latin-1")


def shown(characters: bytes) -> str:
    """Name a delimiter or a quote so that it can be seen."""
    text = as_text(characters)
    if text == "\t":
        return "tab"
    return text if text.isprintable() and text != " " else " ".join(f"U+{ord(c):04X}" for c in text)
