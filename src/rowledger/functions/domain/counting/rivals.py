"""How much of a table any delimiter but the one in use can make of a text, at the most.

It is found without counting the text under any of them, and is never too low.
"""

import re
from collections.abc import Iterable
from itertools import islice

from rowledger.functions.domain.counting.delimiters import possible, prior, runs
from rowledger.functions.domain.counting.evidence import ONE_COLUMN
from rowledger.functions.domain.counting.reading import BACKSLASH, ReadingRules
from rowledger.functions.domain.counting.records import LONG_RECORD
from rowledger.functions.domain.counting.syntax import QUOTE
from rowledger.functions.domain.counting.told import Told

_LINE = re.compile(rb"[^\r\n]++")
_LINES_WITH_RUNS = 3


def most_of_a_table(sample: bytes, reading: ReadingRules, told: Told) -> float:
    """Return what table_of is at the most under another delimiter, or under none.

    Args:
        sample: the text, which may be cut; records end at line ends alone.
        reading: that in use.
        told: what is told, which is no delimiter.
    """
    lines = [match[0] for match in islice(_LINE.finditer(sample), _LINES_WITH_RUNS)]
    others = {*possible(sample), *runs(lines)} - {reading.delimiter}
    likely = max([ONE_COLUMN, *map(prior, others)])
    if _may_open_at_line_starts(sample, reading, told) or _may_open_behind(
        others, sample, reading.delimiter or b""
    ):
        return likely
    # No quote opens a section: each one is text, but for those behind the last line end.
    cut = max(sample.rfind(b"\n"), sample.rfind(b"\r")) + 1
    explained = (sample.count(QUOTE, cut) + 1) / (sample.count(QUOTE) + 1)
    return likely * explained


def _may_open_at_line_starts(sample: bytes, reading: ReadingRules, told: Told) -> bool:
    """Say whether a quote may do so, or be explained by more than the delimiter before it."""
    return (
        reading.quote != QUOTE
        or reading.escapes
        or told.comment is not None
        or (told.quote is None and b"'" in sample)
        or (told.escapes is None and BACKSLASH in sample)
        or sample.startswith(QUOTE)
        or b"\n" + QUOTE in sample
        # A CR alone may be text.
        or (b"\r" in sample and sample.count(b"\r") != sample.count(b"\r\n"))
        # Of a longer record not every quote is looked at.
        or (len(sample) > LONG_RECORD and max(map(len, sample.split(b"\n"))) > LONG_RECORD)
    )


def _may_open_behind(others: Iterable[bytes], sample: bytes, delimiter: bytes) -> bool:
    """Say whether a quote may stand behind one of the others, or behind blanks that follow one."""
    signs = b"".join(each[-1:] for each in others)
    # One search for all of them.
    table = bytes.maketrans(delimiter[-1:] + signs, b"_" * len(delimiter[-1:]) + b"," * len(signs))
    blanks = b" " if b"\t" in signs else b" \t"
    return bool(signs) and b"," + QUOTE in sample.translate(table, blanks)
