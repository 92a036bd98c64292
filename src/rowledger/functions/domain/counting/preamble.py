"""Lines above the table, and comments: they are counted, and told of."""

from dataclasses import dataclass

from rowledger.functions.domain.counting.canonical import Canonicaliser
from rowledger.functions.domain.counting.reading import ReadingRules
from rowledger.functions.domain.counting.syntax import syntax_of

_RECORDS = 500
_COMMENT = b"#"


@dataclass(frozen=True, slots=True)
class Preamble:
    """lines: records above the first that has the usual width. comments: records that begin with #
    and have another width.
    """

    lines: int
    comments: int


def preamble(head: bytes, reading: ReadingRules, usual_width: int | None) -> Preamble:
    """Look for lines that are no records at the beginning of a text."""
    if usual_width is None:
        return Preamble(0, 0)
    canonical = Canonicaliser(reading)
    text = canonical.feed(head) + b"\n"
    syntax = syntax_of(canonical.delimiter)
    commented = text.startswith(_COMMENT) or any(end + _COMMENT in text for end in (b"\n", b"\r"))
    widths: list[int] = []
    start = comments = 0
    while len(widths) < _RECORDS and (match := syntax.record.match(text, start)):
        body = text[start : match.start("end")]
        start = match.end()
        if body:
            widths.append(syntax.width(body))
            if not commented and widths[0] == usual_width:
                break  # nothing is above the table
            comments += body.startswith(_COMMENT) and widths[-1] != usual_width
    if usual_width not in widths:
        return Preamble(0, comments)
    above = widths.index(usual_width)
    rest = widths[above:]
    is_table = rest.count(usual_width) * 2 > len(rest)
    # One wider or narrower line above the table is its header, unless it is one field.
    is_preamble = is_table and above > 0 and (above > 1 or widths[0] == 1) and above > comments
    return Preamble(above if is_preamble else 0, comments)
