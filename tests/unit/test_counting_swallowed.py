"""Quoted sections that swallow records, of which not each looks like one: docs/counting.md."""

import pytest

from rowledger.functions.domain.counting.counter import Count, Counter
from rowledger.functions.domain.warning import WarningCode


def count(text: str) -> Count:
    counter = Counter()
    counter.feed(text.encode())
    return counter.finish()


def codes(found: Count) -> list[WarningCode]:
    return [warning.code for warning in found.warnings]


def rows(number: int) -> str:
    return "".join(f"{each},x{each},y\n" for each in range(number))


@pytest.mark.parametrize(
    "odd", ["7,8\n", "\n", '7,"",9\n', "7,8,9,10\n"], ids=["short", "blank", "empty", "long"]
)
def test_one_line_that_is_no_record_does_not_hide_the_others(odd: str) -> None:
    swallowed = '99,x,"oops\n' + rows(50) + odd + rows(50) + '99,x,end"\n'
    found = count("id,a,b\n" + rows(50) + swallowed + rows(50))
    assert found.rows == 202 + (odd != "\n")
    assert WarningCode.STRAY_QUOTES in codes(found)


@pytest.mark.parametrize("odd", ["", "7,8\n"], ids=["whole", "ragged"])
def test_records_swallowed_by_a_section_beyond_what_is_kept_are_counted(odd: str) -> None:
    swallowed = '99,x,"oops\n' + rows(20_000) + odd + rows(20_000) + '99,x,end"\n'
    found = count("id,a,b\n" + rows(5000) + swallowed + rows(50))
    assert found.rows == 45_052 + bool(odd)
    assert WarningCode.STRAY_QUOTES in codes(found)


@pytest.mark.parametrize("lines", [6, 20_000], ids=["few", "beyond what is kept"])
def test_lines_with_doubled_quotes_in_their_text_are_text(lines: int) -> None:
    note = 'a ""quoted"" word, and a comma\n' * lines
    found = count(f'id,note\n1,"{note}"\n2,end\n')
    assert (found.rows, found.warnings) == (2, ())


@pytest.mark.parametrize("usual", ['1,"12 Main St\nTown\nZ",y\n', '1,"Smith, J",y\n'])
@pytest.mark.parametrize("between", [0, 1, 20])
def test_sections_that_are_meant_do_not_hide_one_that_is_not(usual: str, between: int) -> None:
    swallowed = '99,x,"oops\n' + rows(between) + '99,x,end"\n'
    found = count("id,a,b\n" + usual * 300 + swallowed + usual * 300)
    assert codes(found) == [WarningCode.STRAY_QUOTES]
    assert found.rows == (622 if between == 20 else 601)


@pytest.mark.parametrize(
    ("usual", "record"),
    [
        ("a,b,c\n", '"Smith, J",x,"oops\n99,x,end"\n'),
        ("a,b\n", '1,"a, b\n3,"\n'),
        ("a,b,c,d\n", '1,2,3,"oops\n4,5,6,7\n8,9"\n'),
        ("a,b\n", '1,"oops\n4,5\n6,7\n8,9\nx"\n'),
    ],
    ids=["a quoted field beside it", "closes where a field begins", "many fields", "many lines"],
)
def test_few_lines_that_look_like_records_are_told(usual: str, record: str) -> None:
    assert WarningCode.STRAY_QUOTES in codes(count(usual * 9 + record + usual * 9))


@pytest.mark.parametrize(
    "field",
    [
        "Dear Sir\nI was late.\n\nAs you know\nRegards, Bob",
        "Smith, J\nJones, K\nBrown, P\nA, B\nC, D\nE, F\nG, H",
        '{\n  ""a"": 1,\n  ""b"": 2,\n  ""c"": 3,\n  ""d"": 4,\n  ""e"": 5\n}',
        "12 Main St\nSpringfield, IL\n62701",
    ],
    ids=["letter", "names", "JSON", "address"],
)
def test_text_of_several_lines_is_no_table(field: str) -> None:
    found = count("id,text\n" + f'1,"{field}"\n' * 30)
    assert (found.rows, codes(found)) == (30, [])


@pytest.mark.parametrize(("end", "inner"), [("\r\n", "\n"), ("\n", "\r\n"), ("\r\n", "\r")])
def test_lines_that_end_otherwise_than_records_are_text(end: str, inner: str) -> None:
    field = f"x,y{inner}z,w{inner}" * 5
    text = f"id,a,b{end}" + f'1,"{field}",2{end}1,2,3{end}' * 9
    assert (count(text).rows, codes(count(text))) == (18, [])


def test_a_lone_line_end_far_into_a_file_does_not_change_its_delimiter() -> None:
    found = count("id,a,b\n" + rows(9000) + "1,2,foo\rbar\n")
    assert found.dialect.delimiter == ","
    assert WarningCode.LATE_DIALECT not in codes(found)
