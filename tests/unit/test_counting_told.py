"""What is told of a file instead of being found: docs/counting.md names these tests."""

import time

import pytest

from rowledger.functions.domain.counting.counter import Count, Counter
from rowledger.functions.domain.counting.options import CountOptions
from rowledger.functions.domain.warning import WarningCode


def count(data: bytes | str, options: CountOptions) -> Count:
    counter = Counter(options=options)
    counter.feed(data.encode() if isinstance(data, str) else data)
    return counter.finish()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_of_any_length_and_number_are_left_out(end: str) -> None:
    table = f"a,b{end}1,2{end}3{end}"
    long = "z" * 200_000 + end
    many = f"text of a preamble{end}" * 9000
    for preamble, lines in ((long, 1), (many, 9000), (long + many + long, 9002)):
        found = count(preamble + table, CountOptions(skip_lines=lines))
        assert (found.rows, found.header) == (2, ("a", "b"))
        ragged = found.warnings[0]
        assert (ragged.code, ragged.line) == (WarningCode.RAGGED_RECORDS, lines + 3)
        assert ragged.byte_offset == len(preamble + table) - len(f"3{end}")


def test_what_looks_like_comments_inside_a_field_takes_no_time() -> None:
    text = 'a,b\n1,"' + "\n# y" * 20_000 + '"\n# z\n3,4\n'
    start = time.process_time()
    found = count(text, CountOptions(comment="#"))
    assert found.rows == 2
    assert time.process_time() - start < 3


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252"])
def test_a_delimiter_beyond_ascii_is_found_in_either_encoding(encoding: str) -> None:
    found = count('a§b\n1§"x\ny"\n'.encode(encoding), CountOptions(delimiter="§"))
    assert (found.rows, found.columns) == (1, 2)


@pytest.mark.parametrize("name", ["nope", "base64", "rot13", "zlib"])
def test_an_encoding_that_is_none_of_text_is_refused(name: str) -> None:
    with pytest.raises(LookupError):
        CountOptions(encoding=name)


@pytest.mark.parametrize(
    ("row", "options"),
    [
        (r"1_x\\_2", CountOptions(delimiter="_", escape="\\")),
        ('1_"_2', CountOptions(delimiter="_", quote="")),
        (r"1_\-_2", CountOptions(delimiter="_", quote="-", escape="\\")),
    ],
)
def test_what_is_text_does_not_become_a_delimiter(row: str, options: CountOptions) -> None:
    found = count("a_b_c\n" + f"{row}\n" * 3, options)
    assert (found.rows, found.columns) == (3, 3)
    assert WarningCode.RAGGED_RECORDS not in {each.code for each in found.warnings}
