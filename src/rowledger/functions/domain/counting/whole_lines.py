"""Which lines of a quoted section look like whole records.

Most lines are enough: of many records that a stray quote swallows, one may well be ragged.
"""

import re
from collections.abc import Iterator
from enum import IntEnum
from functools import lru_cache

from rowledger.functions.domain.counting.syntax import QUOTE, Syntax

# So many, where not each line is one, and such a share of the lines that are not blank.
_SOME_LINES = 3
_MOST = 0.6
# So many lines that are nearly all whole records are no text of one field.
_MANY_LINES = 5
_NEARLY_ALL = 0.9
# Text has a line of so many fields by chance ever so seldom.
_WIDE = 4
_PAIR = 2
_DOUBLED = QUOTE * 2
# What stands for a line end inside quotes, where LF stands for every other.
_INSIDE = b"\r"
_LINE_ENDS = re.compile(rb"\r\n|\n|\r")


class Likeness(IntEnum):
    """How much a section looks like records.

    SLIGHT: it is told. FAIR: with another anomaly, it is not believed. STRONG: it is not believed.
    """

    NONE = 0
    SLIGHT = 1
    FAIR = 2
    STRONG = 3


def lines_of(record: bytes, end: bytes) -> list[bytes]:
    """Split a record into physical lines; it is one where none ends as the record itself does.

    A program that ends records with CRLF puts LF into fields, or the other way round.
    """
    if not any(each == end for each in _LINE_ENDS.findall(record)):
        return [record]
    return _LINE_ENDS.split(record)


def likeness(lines: list[bytes], syntax: Syntax, usual_width: int) -> Likeness:
    """Say how much the lines of a record look like records."""
    if len(lines) < 2:  # noqa: PLR2004 -- nothing is between one line and itself
        return Likeness.NONE
    may_end = lines[-1].count(syntax.delimiter) + 1 >= usual_width
    if not may_end and len(lines) == 2:  # noqa: PLR2004 -- as above
        return Likeness.NONE
    inner = [line for line in lines[1:-1] if line]
    whole = count_whole(inner, syntax, usual_width)
    if whole < len(inner) and usual_width == _PAIR:
        # Lines of JSON end in commas: `"name": 1,`.
        whole -= sum(line.count(syntax.delimiter) == 1 for line in inner if _is_open(line, syntax))
    if may_end and (whole == len(inner) or _is_likely(whole + 2, len(inner) + 2, usual_width)):
        # These may have quoted fields of their own, beside what the section has of them.
        first, last = syntax.width(lines[0]), syntax.width(lines[-1])
        if first == usual_width == last:
            return likeness_of(whole + 2, len(inner) + 2)
        if last == usual_width and syntax.doubtful_closing.search(lines[-1]):
            return Likeness.SLIGHT
    if 0 < whole == len(inner) and usual_width + whole > _WIDE:
        begins = usual_width >= _WIDE or syntax.width(lines[0]) == usual_width
        return Likeness.SLIGHT if begins else Likeness.NONE
    return Likeness.NONE


def count_whole(lines: list[bytes], syntax: Syntax, usual_width: int) -> int:
    """Count the lines that are records by themselves.

    One with a doubled quote amid its text is none: it was written to stand inside quotes.
    """
    whole = [line for line in lines if line.count(syntax.delimiter) + 1 == usual_width]
    doubled = _doubled_quote(syntax.delimiter)
    return sum(_DOUBLED not in line or not doubled.search(line) for line in whole)


@lru_cache(maxsize=64)
def _doubled_quote(delimiter: bytes) -> re.Pattern[bytes]:
    text = b'[^"' + re.escape(delimiter) + b"]"
    return re.compile(text + _DOUBLED + text)


def likeness_of(whole: int, lines: int) -> Likeness:
    """Say how much a section looks like records that has so many whole ones among its lines."""
    if whole >= _MANY_LINES and whole >= _NEARLY_ALL * lines:
        return Likeness.STRONG
    if whole >= _SOME_LINES and whole >= _MOST * lines:
        return Likeness.FAIR
    return Likeness.SLIGHT if whole else Likeness.NONE


def _is_likely(whole: int, lines: int, usual_width: int) -> bool:
    least = _SOME_LINES if usual_width < _WIDE else _PAIR
    return whole >= least and whole >= _MOST * lines


def _is_open(line: bytes, syntax: Syntax) -> bool:
    return line.endswith(syntax.delimiter)


def holds_whole_records(
    chunk: bytes, masked: bytes, syntax: Syntax, usual_width: int, *, regular: bool
) -> bool:
    """Say whether a record that spans lines looks like several.

    Args:
        chunk: whole records.
        masked: the same without its sections.
        syntax: of the text.
        usual_width: the number of fields that records have.
        regular: every quote opens, closes or is doubled.
    """
    if chunk.count(syntax.delimiter) == masked.count(syntax.delimiter):
        return False
    if _all_end_otherwise(chunk, masked):
        return False
    text = chunk
    if b"\r" in chunk:
        text = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    records = _regular_records(text) if regular else _irregular_records(text, syntax)
    return any(likeness(lines, syntax, usual_width) for lines in records)


def _all_end_otherwise(chunk: bytes, masked: bytes) -> bool:
    """Say whether sections hold only LF where records end in CRLF, or the other way round."""
    crlf, lf = chunk.count(b"\r\n"), chunk.count(b"\n")
    ended, lines = masked.count(b"\r\n"), masked.count(b"\n")
    if not crlf or chunk.count(b"\r") != crlf:
        return False
    return crlf == ended == lines or (ended == 0 and lf - crlf == lines)


def _regular_records(text: bytes) -> Iterator[list[bytes]]:
    """Yield the lines of each record that spans some: it begins and ends with an odd quote."""
    lines = text.split(b"\n")
    odd = [at for at, line in enumerate(lines) if line.count(QUOTE) & 1]
    for first, last in zip(odd[::2], odd[1::2], strict=False):
        yield lines[first : last + 1]


def _irregular_records(text: bytes, syntax: Syntax) -> Iterator[list[bytes]]:
    """Yield the lines of each record that spans some, by its sections."""
    marked = syntax.section.sub(lambda it: it[0].replace(b"\n", _INSIDE), b"\n" + text)
    for record in marked.split(b"\n"):
        if _INSIDE in record:
            yield record.split(_INSIDE)
