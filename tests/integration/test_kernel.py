"""The kernel against the patterns that it stands in for: not one figure may differ."""

import random
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.generated.cells import cases
from rowledger.functions.domain.counting import kernel as used
from rowledger.functions.domain.counting import record_reader
from rowledger.functions.domain.counting.blocks import BLOCK_SIZE
from rowledger.functions.domain.counting.counter import Counter
from rowledger.functions.domain.counting.kernel import Kernel
from rowledger.functions.domain.counting.options import CountOptions
from rowledger.functions.domain.counting.records import RecordScanner
from rowledger.functions.domain.counting.tally import Tally
from rowledger.functions.domain.rejection import RejectedError
from tests.unit.test_counting_cases import CASES


@pytest.fixture(autouse=True)
def _none_left_in_use() -> Iterator[None]:
    yield
    used.use(None)


@st.composite
def splits(draw: st.DrawFn) -> tuple[dict[str, Any], list[bytes]]:
    """What a scanner is told, and a text in pieces in which every byte may mean something."""
    delimiter = draw(st.sampled_from([b",", b";", b"\t", b"\x1f", b" ", b"\0"]))
    told = {
        "delimiter": delimiter,
        "usual_width": draw(st.sampled_from([None, 1, 2, 3, 4])),
        "exact_below": draw(st.sampled_from([1, 4, 32, 8192])),
        "delimiter_length": draw(st.sampled_from([1, 3])) if delimiter == b"\0" else 1,
        "comment": draw(st.sampled_from([None, None, None, b"#"])),
    }
    text = draw(st.one_of(_nasty(delimiter), _table(delimiter)))
    at = sorted(draw(st.lists(st.integers(0, len(text)), max_size=5)))
    return told, [text[start:end] for start, end in pairwise([0, *at, len(text)])]


def _nasty(delimiter: bytes) -> st.SearchStrategy[bytes]:
    signs = [b'"', b'"', delimiter, b"\n", b"\r", b"\r\n", b" ", b"a", b"\xc3\xa9", b"\x01"]
    signs += [b"\t", b"\x7f", b"#", b'\n"', delimiter + b'"', b'"' + delimiter, b'"\n', b"abc" * 10]
    return st.lists(st.sampled_from(signs), max_size=150).map(b"".join)


def _table(delimiter: bytes) -> st.SearchStrategy[bytes]:
    fields = [b"", b"x", b"long enough to matter", b'""', b'"a""b"', b'"\n"', b'"""q"""']
    fields += [b'"%b"' % delimiter, b'"a\nb%bc"' % delimiter]
    wrong = [b'5" disk', b'"x"y', b'a"b"', b'"open', b'"x" ', b'"x" y']
    row = st.lists(st.sampled_from(fields * 4 + wrong), min_size=1, max_size=5).map(delimiter.join)
    end = st.sampled_from([b"\n"] * 8 + [b"\r\n", b"\r"])
    rows = st.lists(st.tuples(row, end).map(b"".join), max_size=40).map(b"".join)
    return st.tuples(rows, st.sampled_from([1, 1, 20])).map(lambda each: each[0] * each[1])


def scanned(by: Kernel | None, told: dict[str, Any], pieces: Iterable[bytes]) -> list[object]:
    """Return everything that is known after each piece, and at the end."""
    used.use(by)
    scanner = RecordScanner(**told)
    seen: list[object] = []
    for piece in pieces:
        scanner.feed(piece)
        seen.append((told_apart(scanner.tally), scanner.held))
    scanner.finish()
    known = (scanner.columns, scanner.unterminated, scanner.first_record, scanner.first_record_at)
    return [*seen, told_apart(scanner.tally), known]


def told_apart(tally: Tally) -> Tally:
    """Return a copy in which what was counted and taken back is as what never was."""
    copied = tally.copy()
    copied.found = +copied.found
    return copied


@settings(max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(splits(), st.sampled_from([200_000, 200_000, 1, 3]))
def test_it_finds_what_the_patterns_find(
    kernel: Kernel, drawn: tuple[dict[str, Any], list[bytes]], careful: int
) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(record_reader, "CAREFUL_RECORDS", careful)
        assert scanned(kernel, *drawn) == scanned(None, *drawn)


@settings(max_examples=150, deadline=None)
@given(_nasty(b","), st.sampled_from([None, 2, 3]))
def test_no_split_matters_to_it(kernel: Kernel, text: bytes, width: int | None) -> None:
    told = {"usual_width": width}
    for at in range(len(text) + 1):
        pieces = [text[:at], text[at:]]
        assert scanned(kernel, told, pieces) == scanned(None, told, pieces)
    pieces = [text[at : at + 1] for at in range(len(text))]
    assert scanned(kernel, told, pieces) == scanned(None, told, pieces)


def counted(
    by: Kernel | None,
    data: bytes,
    sizes: Iterator[int],
    options: CountOptions | None,
    *,
    header: bool,
) -> object:
    used.use(by)
    counter = Counter(options=options, header=header)
    at = 0
    try:
        while at < len(data):
            size = next(sizes)
            counter.feed(data[at : at + size])
            at += size
        count = counter.finish()
    except RejectedError as error:
        return error.rejection, counter.dialect
    # How often blocks contradicted the reading decides when it is looked at anew.
    contradicted = counter._table.readings._contradicted  # noqa: SLF001 -- nobody else asks
    return count, counter.detection, contradicted


def assert_alike(
    kernel: Kernel,
    data: bytes,
    seed: int = 0,
    *,
    options: CountOptions | None = None,
    header: bool = True,
) -> None:
    def sizes() -> Iterator[int]:
        source = random.Random(seed)  # noqa: S311 -- the same each time
        while True:
            yield source.choice([1, 100, 65_536, 65_537, 200_000, 1 << 20])

    found = counted(kernel, data, sizes(), options, header=header)
    assert found == counted(None, data, sizes(), options, header=header)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_counts_each_case_alike(kernel: Kernel, case: Path) -> None:
    data = (case / "input.csv").read_bytes()
    for header in (True, False):
        assert_alike(kernel, data, header=header)
    # Over several blocks, and beside what the case is about.
    assert_alike(kernel, data * (300_000 // max(len(data), 1) + 1))


def test_it_counts_each_generated_file_alike(kernel: Kernel) -> None:
    for case in cases(per_cell=2):
        assert_alike(kernel, case.data)


def test_it_counts_each_generated_file_of_many_blocks_alike(kernel: Kernel) -> None:
    for case in cases(per_cell=1, seed=7):
        assert_alike(kernel, case.data * (400_000 // max(len(case.data), 1) + 1))


def test_a_nul_in_a_file_of_one_column_is_found(kernel: Kernel) -> None:
    rows = b"name\n" + b"Ada\n" * 50_000
    assert_alike(kernel, rows + b"A\0a\n" + rows)


ROWS = [b"1,plain text,x\n", b'2,"quoted, with ""quotes""",y\n', b'3,"two\nlines",z\n']
SPOTS = [
    b"",
    b"\n",
    b"\n\n",
    b"  \n",
    b",,\n",
    b"short\n",
    b'4,5" disk,w\n',
    b'5,"x"y,w\n',
    b'6,"a\n7,b,c\n8,d",e\n',
    b'9,"a\n1,b\n",e\n',
    b"a,b,c\r\n",
    b"a\x01,b,c\n",
    b"a,\x1a,c\n",
    b"\x0ca,b,c\n",
    b"\xef\xbb\xbfa,b,c\n",
    b"\xc3\xa9,b,c\n",
    "é,字,🦊\n".encode() * 30_000,
    "字,\n".encode() * 5,
    b"\xe9,b,c\n",
    b"\xe2\x82",
    b"a\x00b,c,d\n",
    b'"' + b"long " * 8000 + b'",b,c\n',
    b'"' + b"longer\n" * 30_000 + b'",b,c\n',
    b'x,"open\n',
    b"a;b;c\n" * 3000,
]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.sampled_from(ROWS), min_size=1, max_size=3),
    st.lists(st.tuples(st.integers(0, 400_000), st.sampled_from(SPOTS)), max_size=4),
    st.integers(0, 1000),
)
def test_a_spot_in_a_large_file_is_found_alike(
    kernel: Kernel, rows: list[bytes], spots: list[tuple[int, bytes]], seed: int
) -> None:
    text = b"id,name,note\n" + b"".join(rows) * (400_000 // len(b"".join(rows)))
    if seed % 3 == 0:
        text = text.replace(b'"', b"'").replace(b"''", b"'")
    for at, spot in sorted(spots, reverse=True):
        start = text.rfind(b"\n", 0, at) + 1 if seed % 2 else at
        text = text[:start] + spot + text[start:]
    told = CountOptions(comment="#") if seed % 7 == 0 else None
    assert_alike(kernel, text, seed, options=told)


IRREGULAR = [b'4,5" disk,w\n', b'2,"x"y,z\n', b'3,a "so" it is,z\n', b'5,"x" ,w\n']
ESCAPED = [b'2,"so \\"it\\" is",y\n', b"3,a\\,b,z\n", b'4,"two\\\nlines",z\n', b"5,a\\\r\nb,\\\\\n"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from([IRREGULAR, ESCAPED, [*IRREGULAR, b"short\n", b"\n"], [*ESCAPED, *IRREGULAR]]),
    st.sampled_from([1, 50, 2000, 8000]),
    st.lists(st.tuples(st.integers(0, 2_000_000), st.sampled_from(SPOTS)), max_size=2),
    st.integers(0, 1000),
)
def test_many_irregular_records_are_found_alike(
    kernel: Kernel, irregular: list[bytes], rarely: int, spots: list[tuple[int, bytes]], seed: int
) -> None:
    source = random.Random(seed)  # noqa: S311 -- the same each time
    # Many at first, so that the text is looked at anew ever more rarely.
    often = [source.choice(irregular) for _ in range(60_000)]
    rows = [source.choice(ROWS if source.randrange(rarely) else irregular) for _ in range(60_000)]
    text = b"id,name,note\n" + b"".join(often + rows)
    for at, spot in spots:
        text = text[:at] + spot + text[at:]
    assert_alike(kernel, text, seed)


def test_the_last_record_of_a_block_is_taken_with_the_next_one(kernel: Kernel) -> None:
    def line(text: bytes) -> bytes:
        return text.ljust(61, b"x") + b",y\n"

    usual, irregular = line(b"1,x"), line(b'1,5" disk')
    block = usual * (BLOCK_SIZE // len(usual))
    odd = block[: -len(usual)] + irregular
    before = line(b"id,name") + irregular * (40 * BLOCK_SIZE // len(irregular) - 1)
    for pattern in ([odd, block], [odd, odd, block], [block, odd, irregular + block[len(usual) :]]):
        assert_alike(kernel, before + b"".join(pattern) * 20, seed=len(pattern))
