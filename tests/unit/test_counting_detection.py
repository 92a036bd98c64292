import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rowledger.functions.domain.counting.detection import SAMPLE_SIZE, detect
from rowledger.functions.domain.counting.reading import ReadingRules


def rules(sample: bytes, *, complete: bool) -> ReadingRules:
    return detect(sample, complete=complete).best.reading


def delimiter_of(sample: bytes, *, complete: bool) -> str | None:
    found = rules(sample, complete=complete).delimiter
    return found.decode() if found else None


DELIMITED = {
    "comma": (b"a,b\n1,2\n", ","),
    "semicolon": (b"a;b\n1;2\n", ";"),
    "tab": (b"a\tb\n1\t2\n", "\t"),
    "pipe": (b"a|b\n1|2\n", "|"),
    "unit separator": (b"a\x1fb\n1\x1f2\n", "\x1f"),
    "one column": (b"name\nAda\n", None),
    "one quoted column": (b'"a,b"\n"c;d"\n', None),
    "nothing": (b"", None),
    "blank lines": (b"\n\n", None),
    "one record": (b"a;b;c", ";"),
    "comma in text": (b"id;note\n1;yes, sure\n2;no, no, no\n", ";"),
    "comma in every record but the header": (b"id;note\n1;a, b\n2;c, d\n", ";"),
    "decimal commas": (b"1,5;2,5\n3,5;4,5\n", ";"),
    "integers only": (b"1,2,3\n4,5,6\n", ","),
    "semicolon in text": (b"id,note\n1,a; b\n2,c; d; e\n", ","),
    "delimiter in quotes": (b'"a;b;c",x\n"d",y\n"e;f",z\n', ","),
    "quotes tell": (b'"a, b";"c"\n"d";"e, f"\n', ";"),
    "other delimiter in the commonest place": (b"a|b,c|d\n1|2,3|4\n", "|"),
    "ragged": (b"a,b,c\n1,2,3\n1,2\n1,2,3,4\n1,2,3\n", ","),
    "title above": (b"Report of May; draft\n\na,b,c\n1,2,3\n4,5,6\n", ","),
    "prose": (b"Dear all,\nthis is no table, is it\nno\n", ","),
    "tie": (b"a,b;c\n", ","),
}


@pytest.mark.parametrize("name", DELIMITED)
def test_finds_the_delimiter(name: str) -> None:
    sample, delimiter = DELIMITED[name]
    assert delimiter_of(sample, complete=True) == delimiter


ESCAPES = {
    "escaped quotes": (rb'1,"a \"b\" c"', True),
    "escaped quote at the end": (rb'1,"a \"b\""', True),
    "escaped backslash at the end": (rb'1,"a \"b\" \\"', True),
    "plain backslash at the end": (rb'1,"C:\"', False),
    "doubled quotes after backslashes": (rb'1,"{""a"":""x\""y""}"', False),
    "outside quotes": (rb"1,a \"b\" c", False),
    "malformed either way": (rb'1,"a \"b" c"d,"e', False),
}


@pytest.mark.parametrize("name", ESCAPES)
def test_takes_backslashes_for_escapes_only_where_nothing_else_fits(name: str) -> None:
    sample, escapes = ESCAPES[name]
    assert rules(sample + b"\n", complete=True).escapes is escapes


def test_a_sample_cut_inside_quotes_is_no_evidence_of_escapes() -> None:
    row = rb'1,"C:\"' + b"\n"
    sample = (row * SAMPLE_SIZE)[: SAMPLE_SIZE - 3]
    assert rules(sample, complete=False) == ReadingRules()


def test_the_cut_record_does_not_count() -> None:
    assert delimiter_of(b"a;b\n1;2\n3,4,5,6", complete=False) == ";"


@given(
    st.sampled_from(",;\t|"),
    st.integers(2, 6).flatmap(
        lambda width: st.lists(
            st.lists(st.text('ab ,;\t|"\n.', max_size=8), min_size=width, max_size=width),
            min_size=3,
            max_size=20,
        )
    ),
)
@example(",", [["", ";", "", ""], ["", "", "\n", ";"], ["\n", "", "", ""]])
def test_finds_what_a_writer_that_quotes_every_field_used(
    delimiter: str, rows: list[list[str]]
) -> None:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(rows)
    assert rules(file.getvalue().encode(), complete=True) == ReadingRules(delimiter.encode())


@given(st.binary(max_size=200).filter(lambda sample: b"\0" not in sample), st.booleans())
def test_takes_anything(sample: bytes, complete: bool) -> None:  # noqa: FBT001
    assert detect(sample, complete=complete).ranked
