"""The variants of a reading: with one delimiter, what else may differ from RFC 4180."""

import re
from collections.abc import Iterator
from dataclasses import replace

from rowledger.functions.domain.counting.reading import BACKSLASH, ReadingRules, RecordEnds
from rowledger.functions.domain.counting.told import Told

_LONE_CR = re.compile(rb"\r(?!\n)")
_ESCAPED = re.compile(rb"\\[\"'\r\n]")


def variants_of(reading: ReadingRules, sample: bytes, told: Told) -> Iterator[ReadingRules]:
    """Yield the readings that differ in one thing that a text gives a reason to try."""
    if told.strict:
        return
    if told.escapes is None and not reading.escapes and _has_escapes(sample):
        yield replace(reading, escapes=True)
    if told.quote is None and reading.quote == b'"' and _has_quoting(b"'", reading, sample):
        yield replace(reading, quote=b"'")
    delimiter = reading.delimiter
    if delimiter and reading.quote and not reading.blanks_before_quotes:
        blanks = b"[ ]++" if delimiter == b"\t" else b"[ \t]++"
        if re.search(re.escape(delimiter) + blanks + re.escape(reading.quote), sample):
            yield replace(reading, blanks_before_quotes=True)
    if reading.ends is RecordEnds.ANY_LINE_END and b"\n" in sample and _has_lone_cr(sample):
        yield replace(reading, ends=RecordEnds.NO_LONE_CR)
        if b"\r\n" not in sample:
            yield replace(reading, ends=RecordEnds.NO_LONE_LF)


def _has_quoting(quote: bytes, reading: ReadingRules, sample: bytes) -> bool:
    """Say whether fields begin and end with a quote."""
    if quote not in sample:
        return False
    boundary = rb"\r\n" + re.escape(reading.delimiter or b"")
    opens = re.search(b"(?:^|[" + boundary + b"]) ?" + quote, sample)
    closes = re.search(quote + b"(?:$|[" + boundary + b"])", sample)
    return bool(opens and closes)


def _has_escapes(sample: bytes) -> bool:
    # One byte is found many times as fast as a pattern.
    return BACKSLASH in sample and _ESCAPED.search(sample) is not None


def _has_lone_cr(sample: bytes) -> bool:
    return b"\r" in sample and _LONE_CR.search(sample) is not None
