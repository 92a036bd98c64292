"""How well a reading explains a text: its anomalies, and how much of a table it makes."""

import re
from dataclasses import dataclass

from rowledger.functions.domain.counting.delimiters import COMMON, prior
from rowledger.functions.domain.counting.reading import ReadingRules, RecordEnds
from rowledger.functions.domain.counting.tally import Finding, Tally

# What an anomaly costs. A reading other than RFC 4180's has to save more than it costs itself.
RAGGED = 4
TEXT_AFTER_QUOTE = 6
SWALLOWED = 5
LITERAL_QUOTE = 1
UNTERMINATED = 40
OPEN_LINE = 3
_ESCAPES = 2
_APOSTROPHES = 3
_BLANKS = 1
_LONE_LINE_END = 2
# Readings that differ by less are not decided by the text.
UNDECIDED = 4
# How much of a table a text is under the reading that has no delimiter.
ONE_COLUMN = 0.1
_NO_HEADER = 0.4
_OTHER_HEADER = 0.85
# A line that is a number such as 1,5.
_DECIMAL = re.compile(rb"\n[^\S\n]*[-+]?\d+,\d+[^\S\n]*(?=\n)")
_FIELDS = 2000


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a text says for and against a reading.

    cost: of its anomalies and of the reading itself; 0 is RFC 4180 without any.
    table: from 0 to 1, how much the delimiter makes a table of the text.
    uniform: from 0 to 1, how far the records have one number of fields above one, and the header
        too: the part of `table` that does not say how likely such a delimiter is.
    """

    cost: float
    table: float
    uniform: float


def main_width(tally: Tally) -> int | None:
    """Return the commonest number of fields above one, the wider of equals; None without any."""
    several = {width: times for width, times in tally.widths.items() if width > 1}
    return max(several, key=lambda width: (several[width], width)) if several else None


def cost_of(
    reading: ReadingRules, tally: Tally, *, open_lines: int = 0, unterminated: bool = False
) -> float:
    """Add up what a reading's anomalies cost.

    open_lines: lines in a quoted section that the text was cut off in.
    """
    width = main_width(tally)
    ragged = tally.records - tally.widths[width] if width is not None else 0
    return (
        RAGGED * ragged
        + TEXT_AFTER_QUOTE * tally.found[Finding.TEXT_AFTER_QUOTE]
        + SWALLOWED * tally.found[Finding.SWALLOWED]
        + LITERAL_QUOTE * tally.found[Finding.LITERAL_QUOTE]
        + OPEN_LINE * open_lines
        + UNTERMINATED * unterminated
        + cost_of_reading(reading)
    )


def cost_of_reading(reading: ReadingRules) -> float:
    """Return what a reading costs before a text is looked at."""
    return (
        _ESCAPES * reading.escapes
        + _APOSTROPHES * (reading.quote == b"'")
        + _BLANKS * reading.blanks_before_quotes
        + _LONE_LINE_END * (reading.ends in {RecordEnds.NO_LONE_CR, RecordEnds.NO_LONE_LF})
    )


def table_of(
    reading: ReadingRules, tally: Tally, columns: int | None, quotes: int, clean: float
) -> float:
    """Say how much a reading makes a table of a text.

    Args:
        reading: what is judged.
        tally: what it found.
        columns: fields of the first record.
        quotes: how many quote characters there are.
        clean: from clean_share.
    """
    unexplained = tally.found[Finding.LITERAL_QUOTE] + 2 * tally.found[Finding.TEXT_AFTER_QUOTE]
    unexplained = min(unexplained + 2 * tally.found[Finding.SWALLOWED], quotes)
    explained = (quotes - unexplained + 1) / (quotes + 1)
    if reading.delimiter is None:
        return ONE_COLUMN * explained
    if main_width(tally) is None:
        return ONE_COLUMN * explained / 2
    uniform = uniformity(tally, columns)
    return uniform * explained * (0.2 + 0.8 * clean) * prior(reading.delimiter)


def uniformity(tally: Tally, columns: int | None) -> float:
    """Say how far the records have one number of fields above one, see Evidence.uniform.

    columns: fields of the first record.
    """
    width = main_width(tally)
    if width is None:
        return 0.0
    agreeing = tally.widths[width] / tally.records
    delimited = 1 - tally.widths[1] / tally.records
    header = _NO_HEADER if columns == 1 else 1.0 if columns == width else _OTHER_HEADER
    return header * (agreeing + delimited) / 2


def clean_share(masked: list[bytes], delimiter: bytes, others: list[bytes]) -> float:
    """Return the share of fields that hold no other delimiter.

    masked: lines without quoted text. others: the bytes that may delimit, too.
    """
    if not masked:
        return 1.0
    # A look at all fields, one a line, is many times as fast as a look at each.
    fields = b"\n".join(masked).replace(delimiter, b"\n").split(b"\n", _FIELDS)[:_FIELDS]
    text = b"\n".join((b"", *fields, b""))
    signs = bytes({*b"".join((*others, *COMMON))} - {*delimiter})
    all_else = bytes({*range(256)} - {*signs, *b"\n"})
    only_signs = text.translate(bytes.maketrans(signs, b"," * len(signs)), all_else)
    unclean = only_signs.count(b",\n") - len(_DECIMAL.findall(text))
    return 1 - unclean / len(fields)
