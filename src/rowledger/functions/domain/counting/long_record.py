"""A record that is too long to keep: its fields are counted, and its text is dropped."""

from dataclasses import dataclass

from rowledger.functions.domain.counting.line_ends import count_line_ends
from rowledger.functions.domain.counting.syntax import QUOTE, Syntax
from rowledger.functions.domain.counting.tally import Finding, Place, Tally
from rowledger.functions.domain.counting.whole_lines import (
    Likeness,
    count_whole,
    likeness_of,
)


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


def add_end_of_record(tally: Tally, record: bytes, width: int, dropped: Dropped) -> None:
    """Count a record of which the beginning was dropped. record: the rest, with its line end."""
    tally.add_width(width)
    tally.lines += dropped.lines + count_line_ends(record)
    tally.sections |= QUOTE in record
    if record.endswith(b"\r\n"):
        tally.crlf += 1
    elif record.endswith(b"\n"):
        tally.lf += 1
    else:
        tally.cr += 1


def add_lines(
    tally: Tally,
    record: bytes,
    dropped: Dropped,
    usual_width: int | None,
    opening: Place | None,
    irregular: bool,  # noqa: FBT001 -- of the record
) -> None:
    """Count the lines of a record as records where its section is not believed: see recovery.py.

    Args:
        tally: gets them.
        record: the rest of it, with its line end.
        dropped: its beginning.
        usual_width: the number of fields that records have.
        opening: the quote that opened the section.
        irregular: it has another width than usual, or text behind the section.
    """
    like = likeness_of(dropped.whole_lines, dropped.lines)
    if like is Likeness.STRONG or (like is Likeness.FAIR and irregular):
        tally.add(Finding.SWALLOWED, dropped.whole_lines, opening)
        tally.add_width(usual_width or 1, dropped.lines + count_line_ends(record) - 1)
    elif like is Likeness.FAIR or (like is Likeness.SLIGHT and irregular):
        # So long a text holds a few such lines by chance.
        tally.add(Finding.DOUBTFUL, 1, opening)


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
        dropped.whole_lines += count_whole(lines[1:-1], syntax, usual_width)
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
