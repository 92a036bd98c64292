"""A record that is too long to keep: its fields are counted, and its text is dropped."""

from dataclasses import dataclass

from rowledger.functions.domain.counting.line_ends import count_line_ends
from rowledger.functions.domain.counting.syntax import QUOTE, Syntax


@dataclass(slots=True)
class Dropped:
    """What was dropped of the record that goes on.

    fields: whole fields. lines: line ends, all inside quotes. size: bytes.
    whole_lines: those of the lines that are records of the usual width by themselves.
    """

    fields: int = 0
    lines: int = 0
    size: int = 0
    whole_lines: int = 0

    def __bool__(self) -> bool:
        return self.size > 0


def shorten(text: bytes, dropped: Dropped, syntax: Syntax, usual_width: int | None) -> bytes:
    """Return a short text that goes on as `text`, the beginning of a record without its end, does.

    Args:
        text: it begins where a field begins.
        dropped: what was dropped before; what is dropped now is added.
        syntax: of the text.
        usual_width: the number of fields that records have; None where it has no meaning.
    """
    whole = syntax.fields.match(text)
    fields = whole.end() if whole else 0
    masked, _ = syntax.mask(text[:fields])
    dropped.fields += masked.count(syntax.delimiter)
    rest = text[fields:]
    kept = _beginning_that_goes_on(rest, syntax)
    if rest.startswith(QUOTE) and usual_width is not None and usual_width > 1:
        lines = rest.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        widths = (line.count(syntax.delimiter) + 1 for line in lines[1:-1])
        dropped.whole_lines += sum(width == usual_width for width in widths)
    dropped.lines += count_line_ends(text) - count_line_ends(kept)
    dropped.size += len(text) - len(kept)
    return kept


def _beginning_that_goes_on(rest: bytes, syntax: Syntax) -> bytes:
    """Shorten the part of a field: is it quoted, and may a closing quote be its last byte?"""
    if not rest:
        return b""
    if not rest.startswith(QUOTE):
        return b"x"
    closed = syntax.quoted_field.match(rest)
    if closed and closed["junk"]:
        return b"x"
    quotes = len(rest) - len(rest.rstrip(QUOTE))
    if quotes == len(rest):
        quotes -= 1  # the first one opens the section
    return QUOTE * 2 if quotes % 2 else QUOTE
