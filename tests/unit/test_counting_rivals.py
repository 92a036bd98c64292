"""That it is only proven that no reading is better where weighing every reading finds none."""

import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bench.shapes import stray_and_quoted, stray_quotes
from rowledger.functions.domain.counting.detection import detect, is_unrivalled, weighed
from rowledger.functions.domain.counting.reading import ReadingRules, RecordEnds
from rowledger.functions.domain.counting.rivals import most_of_a_table
from rowledger.functions.domain.counting.told import Told

CASES = Path(__file__).parent / "csv_cases"
DELIMITERS = (b",", b";", b"\t", b"|", b"-", b":", b"~", b"||", "¦".encode(), b"\x1f", None)
OTHER_THAN_USUAL = (
    ReadingRules(escapes=True),
    ReadingRules(quote=b"'"),
    ReadingRules(quote=None),
    ReadingRules(blanks_before_quotes=True),
    ReadingRules(ends=RecordEnds.NO_LONE_CR),
)
READINGS = (*map(ReadingRules, DELIMITERS), *OTHER_THAN_USUAL)
TOLD = (
    Told(),
    Told(),
    Told(),
    Told(delimiter=b","),
    Told(delimiter=b";", escapes=False),
    Told(quote=b'"'),
    Told(quote=b""),
    Told(escapes=False),
    Told(comment=b"#"),
    Told(strict=True),
)
QUOTING = ('5" disk', 'a "so" it', '"x, y"', '"x"', '"x"y', '"a""b"', ' "z"', "'q'", '"open')
SIGNS = ("2026-11-27", "12:30", "1,5", "a;b", "x|y", "a--b", "¦", "\\", '\\"', "#", "\t", "\r", "é")


@st.composite
def samples(draw: st.DrawFn) -> bytes:
    """Tables with a few kinds of fields, over and over, so that what is rare weighs little."""
    plain = st.sampled_from(("", "x", "some words", "17"))
    fields = draw(st.lists(st.one_of(plain, st.sampled_from(QUOTING)), min_size=1, max_size=5))
    fields += draw(st.lists(st.sampled_from(SIGNS), max_size=2))
    delimiter = draw(st.sampled_from([",", ",", ",", ";", "\t", "|", ":", "||", "~", ""]))
    newline = draw(st.sampled_from(["\n", "\n", "\n", "\r\n", "\r"]))
    rows = draw(st.lists(st.lists(st.sampled_from(fields), min_size=1, max_size=5), max_size=6))
    usual = draw(st.permutations(fields))
    rows += [list(usual)] * draw(st.integers(0, 40))
    text = newline.join(delimiter.join(row) for row in rows)
    return (text + draw(st.sampled_from(["", newline, "cut", 'c"ut']))).encode()


def stray(row: object) -> bytes:
    source = random.Random(4180)  # noqa: S311 -- the same text each time
    return "".join(row(source) for _ in range(300)).encode()  # type: ignore[operator]


@settings(max_examples=150)
@given(samples(), st.sampled_from(READINGS), st.sampled_from(TOLD))
def test_what_is_proven_is_found_by_weighing(
    sample: bytes, reading: ReadingRules, told: Told
) -> None:
    if is_unrivalled(reading, sample, told):
        assert weighed(reading, sample, told) is None


@settings(max_examples=150)
@given(samples(), st.sampled_from(DELIMITERS), st.sampled_from(TOLD))
@example(b'a b,c-\t"d, e"\n' * 20, b",", Told())
@example(b'a b,c\t"d" e\n' * 20, b",", Told())
@example(b'"a b" c,d-e\n' * 20, b",", Told())
@example(b"'a \"b',c\n" * 20, b",", Told())
@example(b'a \\"b,c-\\\n' * 20, b",", Told())
@example(b'a,b-c\r"e"-f\n' * 20, b",", Told())
@example(b'#a "b"\na-b,c\n' * 20, b",", Told(comment=b"#"))
@example(b'a || "b",c||d\n' * 20, b",", Told())
@example(b'a,b c "d' * 20, b",", Told())
def test_no_other_delimiter_makes_more_of_a_table_than_is_said(
    sample: bytes, delimiter: bytes | None, told: Told
) -> None:
    if told.delimiter is not None:
        return
    most = most_of_a_table(sample, replace(told.base(), delimiter=delimiter), told)
    for each in detect(sample, complete=False, told=told).ranked:
        if each.reading.delimiter != delimiter:
            assert each.evidence.table <= most, each.reading.words


@pytest.mark.parametrize("path", sorted(CASES.rglob("*.csv*")), ids=lambda path: str(path.name))
def test_what_is_proven_of_the_cases_is_found_by_weighing(path: Path) -> None:
    text = path.read_bytes()[: 1 << 17]
    for reading in READINGS:
        if is_unrivalled(reading, text, Told()):
            assert weighed(reading, text, Told()) is None


@pytest.mark.parametrize("row", [stray_quotes, stray_and_quoted])
def test_stray_quotes_need_no_weighing(row: object) -> None:
    assert is_unrivalled(ReadingRules(b","), stray(row), Told())


@pytest.mark.parametrize(
    ("sample", "better"),
    [
        (b'a;b,"c;d\n' * 40, b";"),
        (b'"a";"b,c"\n' * 40, b";"),
        (b'a\t"b,\tc"\t d\n' * 40, b"\t"),
    ],
)
def test_another_delimiter_is_not_proven_away(sample: bytes, better: bytes) -> None:
    assert not is_unrivalled(ReadingRules(b","), sample, Told())
    found = weighed(ReadingRules(b","), sample, Told())
    assert found is not None
    assert found.reading.delimiter == better


def test_a_better_variant_is_not_proven_away() -> None:
    sample = b'a, "b, c",d\n' * 40
    assert not is_unrivalled(ReadingRules(b","), sample, Told())
    found = weighed(ReadingRules(b","), sample, Told())
    assert found is not None
    assert found.reading == ReadingRules(b",", blanks_before_quotes=True)
