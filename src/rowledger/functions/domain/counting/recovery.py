"""The one rule by which a quoted section is not believed.

A quote that is never closed where its writer meant it to be swallows the records that follow, up to
the next quote. Such a section shows: it spans lines, it ends at a quote that text follows, or that
itself stands behind a delimiter, or its record has another width than records have, or it spans
many lines; and its lines are whole records by themselves, or most of them (whole_lines.py). Then
both of its quotes are text, and its lines are records. A section of a few lines that is whole in
every other way is believed, and told of.
"""

import re
from dataclasses import dataclass

from rowledger.functions.domain.counting.syntax import QUOTE, Syntax
from rowledger.functions.domain.counting.whole_lines import Likeness, likeness, lines_of

_LF = b"\n"
_CR = b"\r"


@dataclass(frozen=True, slots=True)
class ReadRecord:
    """One record of a text: where it ends, and what is to be said of it.

    end: 0-based offset behind its line end. width: its fields; 0 for a blank line.
    recovered: it is a line of a section that is not believed.
    distrusted: where that section's last line ends.
    doubtful: it is believed, and lines of it look like records.
    ordinary: there was nothing to decide.
    """

    end: int
    width: int
    recovered: bool
    distrusted: int
    doubtful: bool = False
    ordinary: bool = False


def needs_care(text: bytes, match: re.Match[bytes], syntax: Syntax, usual_width: int) -> bool:
    """Say whether a record has to be read by read_record: all others are what they seem to be.

    match: of the record, by syntax.record.
    """
    if not _spans_lines(text[match.start() : match.start("end")]):
        return False
    if match["junk"] or match["more"]:
        return True
    return _likeness(text, match, syntax, usual_width) > Likeness.NONE


def read_record(
    text: bytes, start: int, syntax: Syntax, usual_width: int, distrusted: int
) -> ReadRecord | None:
    """Read the record that begins at `start`; None where it does not end in `text`.

    usual_width: the number of fields that records have.
    distrusted: of the record before.
    """
    match = syntax.record.match(text, start)
    like = Likeness.NONE
    if match is not None:
        like = _likeness(text, match, syntax, usual_width)
    suspicious = (
        match is None
        or like is Likeness.STRONG
        or _is_suspicious(text, start, match, syntax, usual_width, like)
    )
    if suspicious and start < distrusted:
        end = line_end(text, start)
        if end == distrusted and _width_of_line(text, start, end, syntax) == usual_width:
            return ReadRecord(end, usual_width, recovered=True, distrusted=distrusted)
    if match is None:
        return None
    if suspicious:
        end = line_end(text, start)
        most = like >= Likeness.FAIR
        if most or _lines_are_records(text, start, match.end(), syntax, usual_width):
            return ReadRecord(end, usual_width, recovered=True, distrusted=match.end())
    body = text[start : match.start("end")]
    width = syntax.width(body) if body else 0
    return ReadRecord(
        match.end(),
        width,
        recovered=False,
        distrusted=distrusted,
        doubtful=like > Likeness.NONE,
        ordinary=not suspicious and like is Likeness.NONE,
    )


def _likeness(text: bytes, match: re.Match[bytes], syntax: Syntax, usual_width: int) -> Likeness:
    """Say how much the lines of a record look like records."""
    body = text[match.start() : match.start("end")]
    if not _spans_lines(body) or body.count(syntax.delimiter) + 1 == syntax.width(body):
        return Likeness.NONE  # a section without delimiters swallows no record
    return likeness(lines_of(body, match["end"]), syntax, usual_width)


def _is_suspicious(
    text: bytes,
    start: int,
    match: re.Match[bytes],
    syntax: Syntax,
    usual_width: int,
    like: Likeness,
) -> bool:
    body = text[start : match.start("end")]
    if not _spans_lines(body):
        return False
    if match["junk"] or match["more"]:
        return True
    return (like >= Likeness.FAIR and syntax.width(body) != usual_width) or (
        like > Likeness.NONE and _closes_where_a_field_begins(body, syntax)
    )


def _spans_lines(body: bytes) -> bool:
    return QUOTE in body and (_LF in body or _CR in body)


def _closes_where_a_field_begins(body: bytes, syntax: Syntax) -> bool:
    """Say whether a section of the record ends at a quote right behind a delimiter."""
    return syntax.doubtful_closing.search(body) is not None


def line_end(text: bytes, start: int) -> int:
    """Return the offset behind the physical line that begins at `start`."""
    lf = text.find(_LF, start)
    cr = text.find(_CR, start, lf if lf >= 0 else len(text))
    if cr < 0:
        return lf + 1 if lf >= 0 else len(text)
    return cr + 2 if cr + 1 == lf else cr + 1


def _width_of_line(text: bytes, start: int, end: int, syntax: Syntax) -> int:
    return syntax.width(text[start:end].rstrip(b"\r\n"))


def _lines_are_records(text: bytes, start: int, end: int, syntax: Syntax, usual_width: int) -> bool:
    """Say whether each line up to `end` is a whole record, and a record begins with the last."""
    while (line := line_end(text, start)) < end:
        if _width_of_line(text, start, line, syntax) != usual_width:
            return False
        start = line
    if _width_of_line(text, start, end, syntax) == usual_width:
        return True
    match = syntax.record.match(text, start)
    return (
        match is not None
        and not (match["junk"] or match["more"])
        and syntax.width(text[start : match.start("end")]) == usual_width
    )
