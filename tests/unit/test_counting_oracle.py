"""The record scanner against csv.reader, an independent implementation of the same rules."""

import codecs
import csv
import gzip
import io
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rowledger.functions.domain.counting.counter import Count, Counter
from rowledger.functions.domain.counting.options import CountOptions
from rowledger.functions.domain.counting.records import RecordScanner
from rowledger.functions.domain.counting.tally import Place
from rowledger.functions.domain.rejection import RejectedError, RejectionCode

DELIMITERS = st.sampled_from(",;\t|\x1f")
LINE_ENDS = ("\n", "\r\n", "\r")
# From the block size at which only the fast path works down to where each byte is looked at.
EXACT_BELOW = st.sampled_from([1, 4, 32, 1024])


@dataclass(frozen=True)
class Reading:
    """What one reader makes of a text; columns and records mean nothing where unterminated."""

    unterminated: bool
    records: int | None
    columns: int | None


@st.composite
def nasty_texts(draw: st.DrawFn) -> tuple[str, str]:
    """A delimiter, and text in which every character is likely to mean something."""
    delimiter = draw(DELIMITERS)
    alphabet = ['"', '"', delimiter, "\n", "\r", "\r\n", " ", "a", "é", "𝄞", "\\"]
    return delimiter, "".join(draw(st.lists(st.sampled_from(alphabet), max_size=30)))


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, str]:
    """A delimiter, and text that is mostly a table, with a few fields quoted wrongly."""
    delimiter = draw(DELIMITERS)
    fields = ["", "x", "long enough to matter", '""', '"a""b"', '"\n"', f'"{delimiter}"', '"""q"""']
    wrong = ['5" disk', '"x"y', 'a"b"', '"open']
    field = st.sampled_from(fields * 4 + wrong)
    newline = draw(st.sampled_from(LINE_ENDS))
    rows = draw(st.lists(st.lists(field, min_size=1, max_size=6), max_size=30))
    return delimiter, newline.join(delimiter.join(row) for row in rows)


TEXTS = st.one_of(nasty_texts(), tables())


def read_by_csv_module(text: str, delimiter: str) -> Reading:
    # A record of its own after the text stays one only where the text does not end inside quotes.
    probed = list(csv.reader(io.StringIO(f"{text}\nend", newline=""), delimiter=delimiter))
    if probed[-1] != ["end"]:
        return Reading(unterminated=True, records=None, columns=None)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    records = [row for row in rows if row]
    return Reading(
        unterminated=False, records=len(records), columns=len(records[0]) if records else None
    )


def scan(chunks: Iterable[bytes], delimiter: str, exact_below: int = 1024) -> RecordScanner:
    scanner = RecordScanner(delimiter.encode(), exact_below=exact_below)
    for chunk in chunks:
        scanner.feed(chunk)
    scanner.finish()
    return scanner


def reading_of(scanner: RecordScanner) -> Reading:
    if scanner.unterminated:
        return Reading(unterminated=True, records=None, columns=None)
    return Reading(unterminated=False, records=scanner.records, columns=scanner.columns)


def details_of(scanner: RecordScanner) -> tuple[Place | None, str | None, int, bool]:
    return scanner.unterminated, scanner.newline, scanner.lines, scanner.quoted


def cut(data: bytes, places: Iterable[int]) -> list[bytes]:
    ends = [0, *sorted(min(place, len(data)) for place in places), len(data)]
    return [data[start:end] for start, end in pairwise(ends)]


@settings(max_examples=800, deadline=None)
@given(TEXTS, EXACT_BELOW)
def test_agrees_with_the_csv_module(source: tuple[str, str], exact_below: int) -> None:
    delimiter, text = source
    scanner = scan([text.encode()], delimiter, exact_below)
    assert reading_of(scanner) == read_by_csv_module(text, delimiter)


@settings(max_examples=200, deadline=None)
@given(nasty_texts(), EXACT_BELOW)
def test_no_cut_into_two_or_into_single_bytes_matters(
    source: tuple[str, str], exact_below: int
) -> None:
    delimiter, text = source
    data = text.encode()
    whole = scan([data], delimiter, exact_below)
    expected = read_by_csv_module(text, delimiter)
    splits = [cut(data, [place]) for place in range(len(data) + 1)]
    for chunks in [*splits, cut(data, range(len(data)))]:
        scanner = scan(chunks, delimiter, exact_below)
        assert reading_of(scanner) == expected
        assert details_of(scanner) == details_of(whole)


@settings(max_examples=300, deadline=None)
@given(tables(), EXACT_BELOW, st.lists(st.integers(0, 2000), max_size=12))
def test_no_cut_into_many_matters(
    source: tuple[str, str], exact_below: int, places: list[int]
) -> None:
    delimiter, text = source
    data = text.encode()
    scanner = scan(cut(data, places), delimiter, exact_below)
    assert reading_of(scanner) == read_by_csv_module(text, delimiter)
    assert details_of(scanner) == details_of(scan([data], delimiter))


@settings(max_examples=100, deadline=None)
@given(tables(), st.integers(20, 400), st.integers(0, 100))
def test_large_texts_agree_on_the_fast_and_the_exact_path(
    source: tuple[str, str], times: int, start: int
) -> None:
    delimiter, table = source
    text = (table + "\n") * times
    data = text.encode()[start:]
    fast = scan([data], delimiter, exact_below=1)
    exact = scan([data], delimiter, exact_below=len(data) + 1)
    assert reading_of(fast) == reading_of(exact) == read_by_csv_module(data.decode(), delimiter)
    assert details_of(fast) == details_of(exact)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_an_unterminated_quote_is_found_where_it_opens(source: tuple[str, str]) -> None:
    delimiter, text = source
    opening = scan([text.encode()], delimiter).unterminated
    if opening is None:
        return
    before = text.encode()[: opening.offset].decode()
    assert text.encode()[opening.offset : opening.offset + 1] == b'"'
    assert not read_by_csv_module(before, delimiter).unterminated
    assert opening.line == len(io.StringIO(f"{before}.", newline="").readlines())


ENCODINGS = ("utf-8", "utf-8-sig", "utf-16-le", "utf-16-be")
MARKS = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}


@pytest.mark.parametrize("encoding", ENCODINGS)
@settings(max_examples=120, deadline=None)
@given(tables(), st.booleans(), st.lists(st.integers(0, 300), max_size=4))
def test_the_counter_agrees_in_every_wrapping(
    encoding: str,
    source: tuple[str, str],
    compressed: bool,  # noqa: FBT001 -- drawn
    places: list[int],
) -> None:
    # The dialect is told: which one a text of stray quotes is in, detection decides otherwise.
    delimiter, table = source
    text = f"a{delimiter}b{delimiter}c\n" * 50 + table
    told = CountOptions(delimiter=delimiter, quote='"', escape="", strict=True)
    data = MARKS.get(encoding, b"") + text.encode(encoding)
    chunks = cut(gzip.compress(data) if compressed else data, places)
    expected = read_by_csv_module(text, delimiter)
    if expected.unterminated:
        with pytest.raises(RejectedError) as caught:
            count(chunks, told)
        rejection = caught.value.rejection
        assert rejection.code is RejectionCode.UNTERMINATED_QUOTE
        assert rejection.byte_offset is not None
        quote = '"'.encode(encoding.removesuffix("-sig"))
        assert data.startswith(quote, rejection.byte_offset)
    else:
        found = count(chunks, told)
        assert (found.rows, found.columns) == (expected.records, expected.columns)
        assert found.dialect.delimiter == delimiter
        assert found.dialect.encoding == encoding


def count(chunks: Iterable[bytes], told: CountOptions) -> Count:
    counter = Counter(header=False, options=told)
    for chunk in chunks:
        counter.feed(chunk)
    return counter.finish()
