"""A file that contradicts the dialect that is told is rejected, with what was found."""

import pytest

from rowledger.functions.domain.counting.options import CountOptions
from rowledger.functions.domain.outcome import Counted, Rejected, examine
from rowledger.functions.domain.rejection import Rejection, RejectionCode

COMMAS = b"id,name,price\n1,a,10\n2,b,20\n3,c,30\n"
QUOTED = b'id,note\n1,"a, b"\n2,"c, d"\n3,"e, f"\n'
APOSTROPHES = b"id,note\n1,'a, b'\n2,'c, d'\n3,'e, f'\n"
BACKSLASHES = rb"""id,note
1,"say \"a, b\" now"
2,"say \"c, d\" now"
3,"say \"e, f\" now"
"""
UMLAUTS = "id;name\n1;Käse\n2;Nüsse\n"


def rejection_of(data: bytes, told: CountOptions) -> Rejection:
    found = examine([data], header=True, options=told)
    assert isinstance(found, Rejected)
    assert found.content.size_bytes == len(data)
    return found.rejection


def rows_of(data: bytes, told: CountOptions) -> int:
    found = examine([data], header=True, options=told)
    assert isinstance(found, Counted), found
    return found.count.rows


@pytest.mark.parametrize(
    ("data", "told", "words"),
    [
        (COMMAS, CountOptions(delimiter=";"), ("the delimiter ';'", "shows the delimiter ','")),
        (
            COMMAS[:-1],
            CountOptions(delimiter=";"),
            ("the delimiter ';'", "shows the delimiter ','"),
        ),
        (
            b"id\tname\n1\ta\n",
            CountOptions(delimiter=","),
            ("the delimiter ','", "the delimiter 'tab'"),
        ),
        # Every row has one comma, as decimals have it, and the header none.
        (
            b"id;price\n1;2,5\n2;3,5\n3;4,5\n",
            CountOptions(delimiter=","),
            ("the delimiter ','", "the delimiter ';'"),
        ),
        (QUOTED, CountOptions(quote=""), ("no quotes", "the quote '\"'")),
        (QUOTED, CountOptions(quote="'"), ('the quote "\'"', "the quote '\"'")),
        (APOSTROPHES, CountOptions(quote='"'), ("the quote '\"'", 'the quote "\'"')),
        (
            APOSTROPHES + b"4,'x, y'\n" * 999,
            CountOptions(quote='"'),
            ("the quote '\"'", 'the quote "\'"'),
        ),
        (BACKSLASHES, CountOptions(escape=""), ("no backslash escapes", "backslash escapes")),
        (COMMAS, CountOptions(encoding="utf-16"), ("the encoding utf-16", "utf-8")),
        (
            UMLAUTS.encode("utf-16"),
            CountOptions(encoding="utf-8"),
            ("the encoding utf-8", "utf-16-le"),
        ),
        (
            UMLAUTS.encode("utf-16-be"),
            CountOptions(encoding="cp1252"),
            ("encoding cp1252", "utf-16-be"),
        ),
        (
            UMLAUTS.encode("utf-8-sig"),
            CountOptions(encoding="cp1252"),
            ("encoding cp1252", "utf-8-sig"),
        ),
    ],
)
def test_names_what_was_told_and_what_was_found(
    data: bytes, told: CountOptions, words: tuple[str, str]
) -> None:
    rejection = rejection_of(data, told)
    assert rejection.code is RejectionCode.DIALECT_DIFFERS
    before, behind = rejection.message.split(", but ")
    assert words[0] in before
    assert words[1] in behind


def test_bytes_that_are_not_of_the_told_encoding_are_named_with_their_place() -> None:
    rejection = rejection_of(UMLAUTS.encode("cp1252"), CountOptions(encoding="utf-8"))
    assert (rejection.code, rejection.line) == (RejectionCode.DIALECT_DIFFERS, 2)
    assert rejection.byte_offset == 11
    assert "encoding utf-8" in rejection.message


def test_the_wrong_dialect_is_said_and_not_what_reading_by_it_ends_in() -> None:
    data = b"id,note\n1,'tis\n2,a\n3,b\n4,c\n"
    assert rejection_of(data, CountOptions(quote="'")).code is RejectionCode.DIALECT_DIFFERS
    odd = b'id,note\n1,"a\n'
    assert rejection_of(odd, CountOptions(quote='"')).code is RejectionCode.UNTERMINATED_QUOTE
    assert rejection_of(b"", CountOptions(delimiter=";")).code is RejectionCode.EMPTY_FILE


@pytest.mark.parametrize(
    ("data", "told", "rows"),
    [
        (COMMAS, CountOptions(delimiter=","), 3),
        # Detection would take the comma. That is why somebody tells the colon.
        (b"a:b,c\n1:2,3\n4:5,6\n", CountOptions(delimiter=":"), 2),
        # Some records of another width, and one column of text with commas.
        (b"a:b,c\n1:2,3\n4:5,6\n7:8:9\n", CountOptions(delimiter=":"), 3),
        (b"name\nSmith, J\nDoe, J\n", CountOptions(delimiter=";"), 2),
        (COMMAS, CountOptions(delimiter=""), 3),
        (b"id\n1\n2\n", CountOptions(delimiter=";"), 2),
        (b'"id","note"\n"1","a"\n', CountOptions(quote=""), 1),
        (COMMAS, CountOptions(quote='"', escape=""), 3),
        (COMMAS, CountOptions(quote="'", escape="\\"), 3),
        (UMLAUTS.encode("cp1252"), CountOptions(encoding="cp1252"), 2),
        (UMLAUTS.encode(), CountOptions(encoding="cp1252"), 2),
        (UMLAUTS.encode("utf-8-sig"), CountOptions(encoding="utf-8"), 2),
        (UMLAUTS.encode("utf-16"), CountOptions(encoding="utf-16"), 2),
        (UMLAUTS.encode("utf-16-le"), CountOptions(encoding="utf-16-le"), 2),
        ("名,表\n1,能\n".encode("shift_jis"), CountOptions(encoding="shift_jis"), 1),
    ],
)
def test_what_fits_is_counted_as_told(data: bytes, told: CountOptions, rows: int) -> None:
    assert rows_of(data, told) == rows


def test_a_few_odd_records_far_into_a_large_file_contradict_nothing() -> None:
    data = b"a;b\n" + b"1;2\n" * 200_000 + b"3,4\n" * 10
    assert rows_of(data, CountOptions(delimiter=";", quote='"', escape="")) == 200_010


def test_a_large_file_is_judged_by_its_beginning() -> None:
    rejection = rejection_of(b"a,b\n" + b"1,2\n" * 200_000, CountOptions(delimiter=";"))
    assert rejection.code is RejectionCode.DIALECT_DIFFERS
