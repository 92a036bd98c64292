"""How a file is judged by its source: each rule, as a warning and as a rejection."""

import hashlib
from typing import Any

import pytest

from rowledger.functions.domain.outcome import Header, examine
from rowledger.functions.domain.rejection import RejectionCode
from rowledger.functions.domain.sources.earlier_files import EarlierFiles
from rowledger.functions.domain.sources.judgement import Judgement, judge
from rowledger.functions.domain.sources.sender_word import SenderWord
from rowledger.functions.domain.sources.source import Source
from rowledger.functions.domain.warning import OF_SOURCES, WarningCode

FILE = b"id,name\n1,a\n2,b\n"
SHA256 = hashlib.sha256(FILE).hexdigest()
LAST = Header.of(["id", "name"])


def judged(
    source: dict[str, Any],
    data: bytes = FILE,
    *,
    key: str = "acme/orders.csv",
    previous: Header | None = None,
    word: dict[str, Any] | None = None,
    header_names: bool = True,
) -> Judgement:
    read = Source.read({"name": "acme", "prefix": "acme/", **source})
    outcome = examine(
        [data],
        header=read.dialect.header is not False,
        header_names=header_names,
        options=read.dialect.options,
    )
    said = None if word is None else SenderWord.read(word)
    return judge(read, key, outcome, earlier=EarlierFiles(last=previous), word=said)


def codes(judgement: Judgement) -> list[str]:
    return [warning.code.value for warning in judgement.warnings]


# The part of a source, what else is known of the file, the code, and what the message says.
RULES: list[tuple[dict[str, Any], dict[str, Any], str, str]] = [
    ({"rows": {"minimum": 3}}, {}, "ROWS_OUT_OF_RANGE", "has 2 data rows; expected are 3 or more"),
    ({"rows": {"maximum": 1}}, {}, "ROWS_OUT_OF_RANGE", "expected are 1 at most"),
    ({"rows": {"minimum": 3, "maximum": 9}}, {}, "ROWS_OUT_OF_RANGE", "expected are 3 to 9"),
    ({"bytes": {"minimum": 1000}}, {}, "SIZE_OUT_OF_RANGE", "has 16 bytes; expected are 1,000"),
    ({"bytes": {"maximum": 15}}, {}, "SIZE_OUT_OF_RANGE", "expected are 15 at most"),
    ({"sender": {}}, {"word": {"rows": 3}}, "ROWS_DIFFER", "tells 3 data rows; the file has 2"),
    ({"sender": {}}, {"word": {"bytes": "17"}}, "SIZE_DIFFERS", "17 bytes; the file has 16"),
    ({"sender": {}}, {"word": {"sha256": "0" * 64}}, "DIGEST_DIFFERS", f"the file has {SHA256}"),
    (
        {"sender": {"required": ["rows", "sha256"]}},
        {"word": {"bytes": 16, "sha256": SHA256.upper()}},
        "SENDER_WORD_MISSING",
        "its number of rows.",
    ),
    (
        {"sender": {}},
        {"word": {"Rows": "many", "sha256": "abc", "bytes": True}},
        "SENDER_WORD_UNREADABLE",
        "its number of rows, its size, its SHA-256.",
    ),
    (
        {"columns": {"fields": ["id", "price"]}},
        {},
        "COLUMNS_DIFFER",
        'in their order (not told: "name"; missing: "price").',
    ),
    (
        {"columns": {"fields": ["name", "id"]}},
        {},
        "COLUMNS_DIFFER",
        "(the same names in another order).",
    ),
]


@pytest.mark.parametrize(("part", "known", "code", "words"), RULES)
def test_what_is_not_as_expected_is_a_warning_or_a_rejection(
    part: dict[str, Any], known: dict[str, Any], code: str, words: str
) -> None:
    warned = judged(part, **known)
    assert (warned.rejection, codes(warned)) == (None, [code])
    assert words in warned.warnings[0].message
    ((name, rules),) = part.items()
    rejected = judged({name: {**rules, "severity": "reject"}}, **known)
    assert rejected.rejection is not None
    assert (rejected.rejection.code, codes(rejected)) == (code, [])
    assert rejected.rejection.message.endswith(" The source acme rejects such files.")
    assert words in rejected.rejection.message


def test_every_warning_of_sources_is_shown_here() -> None:
    elsewhere = {"COLUMNS_CHANGED", "DUPLICATE_CONTENT", "ROWS_UNUSUAL", "SOURCE_UNREADABLE"}
    assert {code for _, _, code, _ in RULES} | elsewhere == set(OF_SOURCES)


def test_a_file_that_is_as_expected_has_no_warning() -> None:
    source = {
        "names": {"match": ["orders*"], "forbidden": ["test_*"]},
        "dialect": {"delimiter": "comma", "quoteChar": "none", "encoding": "utf-8"},
        "columns": {"fields": ["id", "name"], "drift": "reject"},
        "rows": {"minimum": 2, "maximum": 2, "severity": "reject"},
        "bytes": {"minimum": 16, "maximum": 16, "severity": "reject"},
        "sender": {"required": ["rows", "bytes", "sha256"], "severity": "reject"},
        "rejectedWarnings": ["RAGGED_RECORDS"],
    }
    word = {"rows": "2", "bytes": 16, "sha256": SHA256, "mood": "good"}
    assert judged(source, previous=LAST, word=word) == Judgement(None, ())


@pytest.mark.parametrize(
    ("how", "fields", "agrees"),
    [
        ("exact", ["id", "name"], True),
        ("exact", ["name", "id"], False),
        ("exact", ["id"], False),
        ("equal", ["name", "id"], True),
        ("equal", ["name", "id", "id"], False),
        ("subset", ["name"], True),
        ("subset", ["name", "price"], False),
        ("superset", ["price", "name", "id"], True),
        ("superset", ["id"], False),
        ("partial", ["id", "price"], True),
        ("partial", ["price"], False),
    ],
)
def test_columns_are_compared_as_table_schema_says(
    how: str, fields: list[str], *, agrees: bool
) -> None:
    found = judged({"columns": {"fields": fields, "fieldsMatch": how}})
    assert codes(found) == ([] if agrees else ["COLUMNS_DIFFER"])


def test_columns_that_changed_are_named() -> None:
    before = Header.of(["id", "price", "zip"])
    found = judged({}, previous=before)
    assert codes(found) == ["COLUMNS_CHANGED"]
    assert found.warnings[0].message == (
        'The columns are not those of the last good file: new: "name"; gone: "price", "zip".'
    )
    assert codes(judged({"columns": {"drift": "allow"}}, previous=before)) == []
    rejection = judged({"columns": {"drift": "reject"}}, previous=before).rejection
    assert rejection is not None
    assert rejection.code is RejectionCode.COLUMNS_CHANGED
    moved = judged({}, previous=Header.of(["name", "id"]))
    assert "another order" in moved.warnings[0].message


def test_names_of_columns_that_are_not_kept_are_not_told() -> None:
    only_digest = Header.of(["id", "price"], only_digest=True)
    changed = judged({}, previous=only_digest)
    assert changed.warnings[0].message == "The columns are not those of the last good file."
    assert judged({}, previous=Header.of(["id", "name"], only_digest=True)).warnings == ()
    told = judged({"columns": {"fields": ["id"]}}, header_names=False)
    assert codes(told) == ["COLUMNS_DIFFER"]
    assert "name" not in told.warnings[0].message.partition("(")[2]
    assert "not told: 1" in told.warnings[0].message


def test_many_and_long_names_are_shortened() -> None:
    names = ["\x1b[31m", "x" * 60, *(f"c{at}" for at in range(30))]
    data = ",".join(names).encode() + b"\n" + b",".join([b"1"] * 32) + b"\n"
    message = judged({"columns": {"fields": ["c1"]}}, data).warnings[-1].message
    assert message.isprintable()
    assert f'"{"x" * 40}…"' in message
    assert "and 21 more" in message


def test_a_header_that_is_too_long_is_not_said_to_agree() -> None:
    data = b",".join(b"x" * 40 for _ in range(4000)) + b"\n" + b"1," * 3999 + b"1\n"
    found = judged({"columns": {"fields": ["id"]}}, data)
    assert "COLUMNS_DIFFER" in codes(found)
    assert "too long" in found.warnings[-1].message


def test_a_forbidden_name_is_rejected_whatever_the_file_holds() -> None:
    source = {"names": {"forbidden": ["test_*"]}}
    for data in (FILE, b""):
        found = judged(source, data, key="acme/deep/test_1.csv").rejection
        assert found is not None
        assert found.code is RejectionCode.NAME_FORBIDDEN
    assert judged(source, key="acme/test_1/orders.csv").rejection is None


def test_a_warning_of_counting_rejects_where_the_source_says_so() -> None:
    ragged = b"id,name\n1,a\n2\n"
    assert codes(judged({"rejectedWarnings": ["MIXED_NEWLINES"]}, ragged)) == ["RAGGED_RECORDS"]
    found = judged({"rejectedWarnings": ["RAGGED_RECORDS"]}, ragged)
    assert found.rejection is not None
    assert (found.rejection.code, found.rejection.line) == (RejectionCode.RAGGED_RECORDS, 3)
    assert found.warnings == ()


def test_a_told_dialect_counts_and_one_that_is_contradicted_rejects() -> None:
    data = b"exported today\nid;name\n# a comment\n1;a\n"
    told = {"delimiter": "semicolon", "skipLines": 1, "commentChar": "#"}
    assert codes(judged({"dialect": told, "rows": {"minimum": 1, "maximum": 1}}, data)) == [
        WarningCode.IGNORED_LINES,
        WarningCode.IGNORED_LINES,
    ]
    found = judged({"dialect": {"delimiter": ";"}})
    assert found.rejection is not None
    assert found.rejection.code is RejectionCode.DIALECT_DIFFERS


def test_without_a_header_there_are_no_names_to_compare() -> None:
    source = {"dialect": {"header": False}, "rows": {"minimum": 3}}
    assert judged(source, previous=LAST) == Judgement(None, ())


def test_a_file_that_the_counter_rejects_keeps_its_reason_beside_what_the_sender_told() -> None:
    cut = FILE + b'3,"c'
    source = {"sender": {"severity": "reject"}, "rows": {"minimum": 9}}
    found = judged(source, cut, word={"bytes": 30, "rows": 4})
    assert found.rejection is not None
    assert found.rejection.code is RejectionCode.UNTERMINATED_QUOTE
    # That it is shorter than the sender says is why. Its rows are not known.
    assert codes(found) == ["SIZE_DIFFERS"]


def test_the_first_of_several_reasons_rejects_and_the_others_are_told() -> None:
    source = {
        "rows": {"minimum": 9, "severity": "reject"},
        "bytes": {"minimum": 99, "severity": "reject"},
    }
    found = judged(source)
    assert found.rejection is not None
    assert found.rejection.code is RejectionCode.SIZE_OUT_OF_RANGE
    assert codes(found) == ["ROWS_OUT_OF_RANGE"]


@pytest.mark.parametrize("value", [-1, 1.5, "1e3", "²", "9" * 19, "", [], {}, "1,000"])
def test_what_is_no_number_of_rows_is_unreadable(value: object) -> None:
    word = SenderWord.read({"rows": value})
    assert (word.rows, [*word.unreadable]) == (None, ["rows"])
    assert word.told == {"rows"}


def test_a_source_with_an_unknown_part_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown field 'colour'"):
        Source.read({"name": "a", "prefix": "", "rows": {"colour": 1}})
