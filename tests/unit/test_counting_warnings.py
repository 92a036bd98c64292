"""What the counter says of a file that it accepts: docs/counting.md names these tests."""

import gzip

import pytest

from rowledger.functions.domain.counting import record_reader
from rowledger.functions.domain.counting.counter import Count, Counter
from rowledger.functions.domain.counting.options import CountOptions
from rowledger.functions.domain.rejection import RejectedError, Rejection, RejectionCode
from rowledger.functions.domain.warning import FileWarning, WarningCode


def count(data: bytes | str, options: CountOptions | None = None) -> Count:
    counter = Counter(options=options)
    counter.feed(data.encode() if isinstance(data, str) else data)
    return counter.finish()


def rejected(data: bytes | str) -> Rejection:
    with pytest.raises(RejectedError) as caught:
        count(data)
    return caught.value.rejection


def codes(found: Count) -> list[WarningCode]:
    return [warning.code for warning in found.warnings]


def the(code: WarningCode, found: Count) -> FileWarning:
    (warning,) = [each for each in found.warnings if each.code is code]
    return warning


CLEAN = {
    "RFC 4180": 'a,b\r\n1,"x, ""y""\r\nz"\r\n',
    "semicolons": "a;b\n1;2,5\n",
    "tabs": "a\tb\n1\t2\n",
    "every field quoted": '"a","b"\n"1",""\n',
    "inch marks": 'a,b\n1,5" pipe\n',
    "backslash escapes": '"a","b"\n"1","x \\"y\\"\nz"\n',
    "no end of the last line": "a,b\n1,2",
    "blank lines at the end": "a,b\n1,2\n\n\n",
}


@pytest.mark.parametrize("kind", CLEAN)
def test_a_file_without_doubt_has_no_warning(kind: str) -> None:
    found = count(CLEAN[kind])
    assert (found.rows, codes(found)) == (1, [])


def test_every_record_of_another_width_is_told_with_the_first() -> None:
    found = count("a,b\n" + "1,2\n" * 50_000 + "1\n1,2,3\n")
    warning = the(WarningCode.RAGGED_RECORDS, found)
    assert (warning.count, warning.line, warning.byte_offset) == (2, 50_002, 200_004)


def test_the_place_is_that_of_the_file_whatever_its_encoding() -> None:
    text = "é,b\n" + "1,2\n" * 70_000 + "1\n"
    warning = the(WarningCode.RAGGED_RECORDS, count(text.encode("utf-16")))
    assert (warning.line, warning.byte_offset) == (70_002, 2 + 2 * 4 * 70_001)


def test_the_place_counts_delimiters_of_several_characters() -> None:
    warning = the(WarningCode.RAGGED_RECORDS, count("a::b\n" + "1::2\n" * 9 + "1\n"))
    assert (warning.line, warning.byte_offset) == (11, 50)


def test_a_pair_of_stray_quotes_hides_no_record() -> None:
    rows = [f"{number},item,{number}.00\n" for number in range(50)]
    rows[10] = '10,"12 inch pipe,1.00\n'
    rows[30] = '30,"pipe,1.00\n'
    found = count("id,name,price\n" + "".join(rows))
    assert found.rows == 50
    assert the(WarningCode.STRAY_QUOTES, found).line == 12


def test_a_stray_quote_whose_partner_ends_a_field_hides_no_record() -> None:
    rows = [f"{number},item {number},1.00\n" for number in range(50)]
    rows[10] = '10,"12 inch pipe,1.00\n'
    rows[30] = '30,item 5",1.00\n'
    assert count("id,name,price\n" + "".join(rows)).rows == 50


def test_ditto_marks_are_text() -> None:
    assert count('id,name\n1,Smith\n2,"\n3,"\n4,x\n').rows == 4


def test_a_section_of_few_lines_is_believed_and_told_of() -> None:
    found = count('id,a,b\n1,"x,y\nz,w",2\n3,4,5\n')
    assert found.rows == 2
    assert codes(found) == [WarningCode.STRAY_QUOTES]


def test_a_file_that_is_broken_all_over_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_reader, "CAREFUL_RECORDS", 10)
    found = count("a,b,c\n" + '1,"x,2\n3,"y,4\n' * 20_000)
    assert found.rows < 40_000
    assert WarningCode.STRAY_QUOTES in codes(found)


@pytest.mark.parametrize("stray", [1, 3])
def test_an_odd_stray_quote_is_rejected(stray: int) -> None:
    rows = [f"{number},item,1.00\n" for number in range(50)]
    for number in range(stray):
        rows[10 + 10 * number] = f'{number},"item,1.00\n'
    assert rejected("id,name,price\n" + "".join(rows)).code is RejectionCode.UNTERMINATED_QUOTE


def test_two_readings_that_fit_are_both_told() -> None:
    found = count("id;note\n1;'a\nb'\n")
    assert found.rows == 1
    message = the(WarningCode.UNDECIDED_DIALECT, found).message
    assert "1 rows" in message
    assert "2 with" in message


@pytest.mark.parametrize("last", [1, 5])
def test_the_rest_may_contradict_the_beginning(last: int) -> None:
    text = '"id","note"\n' + '"1","plain"\n' * 9000 + '"2","say \\"x\\"\nand y"\n' * last
    found = count(text)
    assert (found.rows, found.dialect.escape) == (9000 + last, "\\")
    assert the(WarningCode.LATE_DIALECT, found).byte_offset is not None


def test_a_delimiter_may_first_show_behind_a_huge_field() -> None:
    text = '"' + "v, w\n" * 15_000 + '";"x"\n"1";"two\nlines"\n"2";"y"\n'
    found = count(text)
    assert (found.rows, found.columns, found.dialect.delimiter) == (2, 2, ";")


def test_one_column_may_turn_into_a_table() -> None:
    text = "value\n" + "A00000\n" * 10_000 + '1;"two\nlines"\n' * 20
    assert count(text).rows == 10_020


def test_one_column_is_told() -> None:
    assert codes(count("name\nAda\n")) == [WarningCode.NO_DELIMITER]


def test_line_ends_of_several_kinds_are_told() -> None:
    warning = the(WarningCode.MIXED_NEWLINES, count("a,b\r\n1,2\n3,4\r\n"))
    assert (warning.count, warning.line) == (1, 2)


def test_a_lone_cr_in_a_field_is_text() -> None:
    assert count("a,b,c\n1,2,3\n4,x\ry,6\n7,8,9\n").rows == 3


def test_blank_lines_and_empty_records_are_told() -> None:
    found = count("a,b\n1,2\n\n,\n,\n3,4\n")
    assert found.rows == 4
    assert the(WarningCode.BLANK_RECORDS, found).count == 3


def test_control_characters_are_told() -> None:
    warning = the(WarningCode.CONTROL_CHARACTERS, count("a,b\n1,x\x07y\n"))
    assert (warning.count, warning.line) == (1, 2)


IGNORED = {
    "sep=": ("sep=;\r\na;b\r\n1;2\r\n", 1),
    "quoted sep=": ('"sep=,"\r\n"a","b"\r\n"1","2"\r\n', 1),
    "sep= of an odd delimiter": ('sep=^\na^b\n1^"x\ny"\n', 1),
    "end-of-file mark": ("a,b\n1,2\n\x1a", 1),
    "end-of-file marks of joined files": ("a,b\n1,2\n\x1aa,b\n3,4\n\x1a", 3),
    "form feeds": ("a,b\n1,2\n\f3,4\n\f", 2),
    "byte-order marks of joined files": ('a,b\n\ufeff"1\n2",3\n', 1),
    "blanks in the last line": ("a,b\n1,2\n   \n", 1),
}


@pytest.mark.parametrize("kind", IGNORED)
def test_lines_that_are_no_records_are_left_out(kind: str) -> None:
    text, rows = IGNORED[kind]
    found = count(text)
    assert (found.rows, codes(found)) == (rows, [WarningCode.IGNORED_LINES])


def test_tabs_in_the_last_line_are_a_record_of_tabs() -> None:
    assert count("a\tb\n1\t2\n\t\n").rows == 2


def test_lines_above_the_table_are_counted_and_told() -> None:
    found = count("Report of May\nby day\n" + "a;b;c\n" * 9)
    assert found.rows == 10
    assert the(WarningCode.PREAMBLE, found).count == 2


def test_comments_are_counted_and_told_or_left_out_where_told() -> None:
    text = "# of May\na,b\n1,2\n# end\n3,4\n"
    found = count(text)
    assert (found.rows, the(WarningCode.COMMENT_LINES, found).count) == (4, 2)
    without = count(text, CountOptions(comment="#"))
    assert (without.rows, without.header, codes(without)) == (
        2,
        ("a", "b"),
        [WarningCode.IGNORED_LINES],
    )


def test_line_ends_behind_gzip_are_told() -> None:
    found = count(gzip.compress(b"a,b\n1,2\n") + b"\r\n")
    assert (found.rows, codes(found)) == (1, [WarningCode.TRAILING_BYTES])


NAMES = {
    "plain": ("a,b\n1,2\n", ("a", "b")),
    "quoted": ('"a ""x""","b\nc"\n1,2\n', ('a "x"', "b\nc")),
    "several characters": ("a::b\n1::2\n3::4\n", ("a", "b")),
    "backslash escapes": ('"a \\"x\\"","b"\n"1","c \\" \n d"\n', ('a "x"', "b")),
}


@pytest.mark.parametrize("kind", NAMES)
def test_the_names_of_the_columns_are_given(kind: str) -> None:
    text, names = NAMES[kind]
    assert count(text).header == names


@pytest.mark.parametrize("separator", ["\x85", "\u2028", "\u2029"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_separators_that_end_no_record_are_told_where_nothing_else_does(
    separator: str, encoding: str
) -> None:
    lines = ["a,b", "1,2", "3,4", ""]
    found = count(separator.join(lines).encode(encoding))
    assert (found.rows, the(WarningCode.CONTROL_CHARACTERS, found).count) == (0, 3)
    assert codes(count(f"a,b\n1,x{separator}y\n".encode(encoding))) == []


@pytest.mark.parametrize("columns", [1500, 1700, 3100, 4000, 8000])
def test_names_of_columns_are_whole_or_none(columns: int) -> None:
    names = tuple(f"{at:040}" for at in range(columns))
    found = count(",".join(names) + "\n" + ",".join("1" * columns) + "\n")
    assert (found.rows, found.columns) == (1, columns)
    assert found.header == (names if columns < 4000 else None)
