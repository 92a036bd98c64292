"""sources.yaml is taken whole, or refused with every mistake and its line."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from rowledger.functions import contract
from rowledger.functions.adapters.cron import CronSchedules
from rowledger.functions.domain.sources.source import (
    FieldsMatch,
    SenderFact,
    Severity,
    Source,
    Tolerance,
)
from rowledger.functions.domain.warning import OF_SOURCES, WarningCode
from rowledger.operations.adapters.yaml_documents import read_yaml
from rowledger.operations.domain.located import MistakesError
from rowledger.operations.domain.schema_check import mistakes_by
from rowledger.operations.services.source_files import sources_in

SCHEMA = contract.load("sources.schema.json")
ORACLE = Draft202012Validator(SCHEMA)

FULL = """\
version: 1
sources:
  - name: acme-orders
    prefix: acme/orders/
    description: Orders of the day before
    owner: data@example.com
    tags: [acme, daily]
    names:
      match: ["orders_*.csv", "orders_*.csv.gz"]
      forbidden: ["*_test.csv"]
    dialect:
      delimiter: semicolon
      quoteChar: '"'
      escapeChar: none
      encoding: utf-8
      header: true
      skipLines: 1
      commentChar: "#"
    columns:
      fields: [id, name]
      fieldsMatch: subset
      severity: reject
      drift: allow
    rows: {minimum: 1, maximum: 1000000, severity: reject}
    bytes: {maximum: 1000000000}
    sender: {required: [rows, sha256], severity: reject}
    rejectedWarnings: [RAGGED_RECORDS]
  - name: acme
    prefix: acme/
"""


def mistakes_in(text: str) -> list[str]:
    with pytest.raises(MistakesError) as caught:
        sources_in(text.encode(), read_yaml, CronSchedules())
    return [f"{each.position.line}: {each.path}: {each.message}" for each in caught.value.mistakes]


def mistakes_of(**source: Any) -> list[str]:  # noqa: ANN401 -- any JSON
    """Those in a file of one source, without their lines."""
    whole = {"version": 1, "sources": [{"name": "a", "prefix": "", **source}]}
    return [each.partition(": ")[2] for each in mistakes_in(json.dumps(whole))]


def test_a_file_with_every_part_is_read() -> None:
    ORACLE.validate(read_yaml(FULL.encode()).value)
    file = sources_in(FULL.encode(), read_yaml, CronSchedules())
    found = file.sources.find("acme/orders/orders_1.csv")
    assert found is not None
    assert (found.name, found.dialect.options.delimiter) == ("acme-orders", ";")
    assert found.rejected_warnings == (WarningCode.RAGGED_RECORDS,)
    assert found.sender.required == (SenderFact.ROWS, SenderFact.SHA256)
    assert [each["name"] for each in file.documents] == ["acme-orders", "acme"]
    assert file.sources.find("acme/orders/x.csv") == Source("acme", "acme/")


NAME = (
    "3: sources[0].name: must be small letters, digits, dots, hyphens and underscores, and begin"
    " with a letter or a digit"
)
MATCH = (
    "10: sources[1].columns.fieldsMatch: must be one of exact, equal, subset, superset, partial,"
    " not exakt. Did you mean exact?"
)


def test_every_mistake_is_named_with_its_line() -> None:
    text = """\
version: 2
sources:
  - name: Acme Orders
    prefix: acme/
    dialect: {delimter: ";"}
    rows: {minimum: many}
  - prefix: b/
    owner: 7
    columns:
      fieldsMatch: exakt
  - name: b
    prefix: b/
    rows: {minimum: 9, maximum: 1}
  - name: b
    prefix: b/
extra: 1
extra: 2
"""
    assert mistakes_in(text) == [
        "1: version: must be 1",
        NAME,
        "5: sources[0].dialect.delimter: there is no key 'delimter' here. Did you mean delimiter?",
        "6: sources[0].rows.minimum: must be a whole number, not text",
        "7: sources[1]: 'name' is missing",
        "8: sources[1].owner: must be text, not a whole number; write it in quotes",
        "10: sources[1].columns.fieldsMatch: has no effect without 'fields'",
        MATCH,
        "13: sources[2].rows.minimum: must not be more than the maximum, 1",
        "14: sources[3].name: the source in line 11 has the name 'b' already",
        "15: sources[3].prefix: the source in line 11 is for the same prefix and the same names",
        "16: extra: there is no key 'extra' here.",
        "17: extra: the key 'extra' is there twice: first in line 16",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "1: : must be an object, not nothing"),
        ("[]", "1: : must be an object, not a list"),
        ("version: 1\nsources:\n", "2: sources: must be a list, not nothing"),
        ("version: true\nsources: []\n", "1: version: must be 1"),
    ],
)
def test_a_file_of_another_shape_is_refused(text: str, said: str) -> None:
    assert mistakes_in(text) == [said]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ({"rows": {}}, "rows: must not be empty"),
        ({"bytes": {}}, "bytes: needs minimum or maximum"),
        ({"rows": {"severity": "warn"}}, "rows.severity: has no effect without 'minimum' or"),
        ({"rows": {"minimum": -1}}, "rows.minimum: must be 0 or more"),
        ({"rows": {"minimum": 0}}, "rows.minimum: has no effect: no file has less than nothing"),
        ({"rows": {"maximum": 1.5}}, "not a number with a fraction or of too many digits"),
        ({"rows": {"maximum": True}}, "must be a whole number, not true or false"),
        ({"rows": {"maximum": "1"}}, "must be a whole number, not text"),
        ({"names": {"match": ["a/*"]}}, "must be the pattern of a file's name, without a slash"),
        ({"names": {"match": ["a", "a"]}}, "match[1]: 'a' is in the list already"),
        ({"tags": ["a", "a"]}, "tags[1]: 'a' is in the list already"),
        ({"tags": "a"}, "tags: must be a list, not text"),
        ({"owner": ""}, "owner: must not be empty"),
        ({"name": "a" * 65}, "must have 64 characters at most, and has 65"),
        ({"dialect": {}}, "dialect: must not be empty"),
        ({"dialect": {"quoteChar": "''"}}, "must be one ASCII character, auto or none"),
        ({"dialect": {"quoteChar": "'\n"}}, "must be one ASCII character, auto or none"),
        ({"dialect": {"escapeChar": "/"}}, "must be one of auto, none, \\, not /"),
        ({"dialect": {"encoding": "utf-9"}}, "'utf-9' is no encoding that Python knows"),
        ({"dialect": {"encoding": "base64"}}, "'base64' is no encoding that Python knows"),
        ({"dialect": {"delimiter": "a\n"}}, "delimiter: must not hold a line end"),
        ({"dialect": {"delimiter": "semicolon", "quoteChar": ";"}}, "must not be the delimiter"),
        ({"columns": {"severity": "warn"}}, "severity: has no effect without 'fields'"),
        (
            {"dialect": {"header": False}, "columns": {"drift": "warn"}},
            "columns: has no effect: dialect.header is false",
        ),
        ({"columns": {"drift": 1}}, "must be one of allow, warn, reject, not a whole number"),
        ({"rejectedWarnings": ["ragged_records"]}, "Did you mean RAGGED_RECORDS?"),
        ({"rejectedWarnings": ["COLUMNS_CHANGED"]}, "must be one of RAGGED_RECORDS, "),
        (
            {"dialect": {"skipLines": 1}, "rejectedWarnings": ["IGNORED_LINES"]},
            "rejectedWarnings[0]: would reject every file: dialect.skipLines leads to",
        ),
        (
            {"dialect": {"delimiter": "none"}, "rejectedWarnings": ["NO_DELIMITER"]},
            "rejectedWarnings[0]: would reject every file: the delimiter none leads to",
        ),
    ],
)
def test_what_cannot_be_or_has_no_effect_is_refused(source: dict[str, Any], said: str) -> None:
    (found,) = mistakes_of(**source)
    assert said in found


def test_two_sources_for_the_same_names_are_refused_and_others_are_not() -> None:
    def text(first: str, second: str) -> str:
        return (
            "version: 1\nsources:\n"
            f"- {{name: a, prefix: x/, names: {{match: {first}}}}}\n"
            f"- {{name: b, prefix: x/, names: {{match: {second}}}}}\n"
        )

    (found,) = mistakes_in(text("[a*, b*]", "[c*, b*]"))
    assert found.startswith("4: sources[1].names.match[1]: the source in line 3 is for the same")
    assert found.endswith("'b*'")
    assert len(sources_in(text("[a*]", "[b*]").encode(), read_yaml, CronSchedules()).sources) == 2


def test_the_schema_is_one_and_has_the_words_of_the_code() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    parts = SCHEMA["$defs"]
    columns = parts["columns"]["properties"]
    assert columns["fieldsMatch"]["enum"] == list(FieldsMatch)
    tolerances = (
        columns["drift"],
        parts["rows"]["properties"]["unusual"],
        parts["duplicates"]["properties"]["severity"],
    )
    assert all(each["enum"] == list(Tolerance) for each in tolerances)
    assert parts["severity"]["enum"] == list(Severity)
    assert parts["sender"]["properties"]["required"]["items"]["enum"] == list(SenderFact)
    counted = [code for code in WarningCode if code not in OF_SOURCES]
    assert parts["source"]["properties"]["rejectedWarnings"]["items"]["enum"] == counted


def test_defaults_are_those_of_the_code() -> None:
    told: dict[str, Any] = {"name": "a", "prefix": ""}
    parts = SCHEMA["$defs"]
    for name in ("dialect", "columns"):
        properties = SCHEMA["$defs"][name]["properties"]
        told[name] = {key: each["default"] for key, each in properties.items() if "default" in each}
    told["rows"] = {
        "severity": SCHEMA["$defs"]["severity"]["default"],
        "unusual": parts["rows"]["properties"]["unusual"]["default"],
    }
    told["duplicates"] = {"severity": parts["duplicates"]["properties"]["severity"]["default"]}
    assert Source.read(told) == Source("a", "")


def test_a_schema_with_other_keywords_is_refused() -> None:
    with pytest.raises(ValueError, match="exclusiveMinimum"):
        list(mistakes_by({"type": "integer", "exclusiveMinimum": 1}, 1))


PROPERTIES = SCHEMA["$defs"]["source"]["properties"]
WORDS = st.sampled_from(
    [
        *("a", "A b", "", ";", "'", "auto", "none", "\\", "warn", "reject", "exact", "rows", "a/b"),
        *("RAGGED_RECORDS", "\n", "a" * 70),
    ]
)
SCALARS = st.none() | st.booleans() | st.integers(-2, 70) | WORDS
VALUES = SCALARS | st.lists(SCALARS, max_size=3) | st.lists(WORDS, min_size=1, max_size=2)


def part_of_a_source(name: str) -> st.SearchStrategy[object]:
    """Values of a part, most of them of its own keys."""
    own = SCHEMA["$defs"].get(name, {}).get("properties", {"other": {}})
    keys = st.sampled_from([*own] * 3 + ["other"])
    return VALUES | st.dictionaries(keys, VALUES, min_size=1, max_size=3)


# One part at a time: of two that are wrong, either would hide the other.
SOURCE_DOCUMENTS = st.sampled_from([*PROPERTIES]).flatmap(
    lambda name: part_of_a_source(name).map(lambda part: {"name": "a", "prefix": "", name: part})
)


@settings(max_examples=500)
@given(st.lists(SOURCE_DOCUMENTS, min_size=1, max_size=1) | VALUES)
def test_agrees_with_a_validator_of_json_schema(sources: object) -> None:
    document = {"version": 1, "sources": sources}
    assert (not list(mistakes_by(SCHEMA, document))) == ORACLE.is_valid(document)
    with suppress(MistakesError):
        sources_in(json.dumps(document).encode(), read_yaml, CronSchedules())
