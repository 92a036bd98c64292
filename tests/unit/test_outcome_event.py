"""The event for programs: what its schema says, and the receipt's facts."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from rowledger.functions import contract
from rowledger.functions.domain.outcome import (
    Content,
    Counted,
    Deleted,
    Outcome,
    Rejected,
    Unreadable,
    examine,
)
from rowledger.functions.domain.outcome_event import EVENT_VERSION, render_event
from rowledger.functions.domain.receipt import BackupLocation, facts_of
from rowledger.functions.domain.rejection import Rejection, RejectionCode
from tests.unit.builders import an_upload

SCHEMA = contract.load("event.schema.json")
RECEIPT_SCHEMA = contract.load("result.schema.json")
VALIDATOR = Draft202012Validator(SCHEMA)
# What the event has and the receipt has not, and the reverse.
OWN = {"message_id", "ledger_id", "attempt", "receipt"}
OF_THE_RECEIPT = {"processed_at", "duration_ms"}
CONTENT = Content(12, "0" * 64, 0)
BACKUP = BackupLocation("candidate-test-backup", "backup/b")
NEVER_READ = (
    RejectionCode.OBJECT_ARCHIVED,
    RejectionCode.OBJECT_ENCRYPTED,
    RejectionCode.OBJECT_ACCESS_DENIED,
    RejectionCode.UNREADABLE,
)
OUTCOMES: dict[str, Outcome] = {
    "counted": examine([b"a,b\r\n1,2\r\n"], header=True),
    "header only": examine([b"a;b\n"], header=True),
    "rejected with a place": examine([b'a\n"'], header=True),
    "rejected before its dialect was known": examine([b""], header=True),
    "rejected as it expands": Rejected(
        Rejection(RejectionCode.TOO_LARGE, "It expands to more."), None, CONTENT
    ),
    "unrecordable": Rejected.unrecordable(CONTENT),
    "deleted": Deleted(12),
    **{f"{code}": Unreadable(12, Rejection(code, "It cannot be read.")) for code in NEVER_READ},
}


def rendered(outcome: Outcome, key: str = "orders.csv") -> str:
    return render_event(
        an_upload(key),
        outcome,
        message_id="m-1",
        file_id=7,
        attempt=2,
        output_bucket="candidate-test-output",
        backup=backup_of(outcome),
    )


def backup_of(outcome: Outcome) -> BackupLocation | None:
    return BACKUP if isinstance(outcome, Counted | Rejected) else None


@pytest.mark.parametrize("kind", OUTCOMES)
def test_it_is_as_its_schema_says(kind: str) -> None:
    document = json.loads(rendered(OUTCOMES[kind]))
    VALIDATOR.validate(document)
    assert document["schema_version"] == EVENT_VERSION
    assert (document["message_id"], document["ledger_id"], document["attempt"]) == ("m-1", 7, 2)
    assert document["receipt"] == {
        "bucket": "candidate-test-output",
        "key": "receipts/orders.csv/v1/result.json",
    }


@pytest.mark.parametrize("kind", OUTCOMES)
def test_it_says_what_the_receipt_says(kind: str) -> None:
    document = json.loads(rendered(OUTCOMES[kind]))
    facts = facts_of(an_upload(), OUTCOMES[kind], backup_of(OUTCOMES[kind]))
    assert {name: document[name] for name in facts} == facts
    assert document.keys() - facts.keys() == OWN | {"schema_version"}


@pytest.mark.parametrize("kind", OUTCOMES)
def test_a_repeat_has_the_same_bytes(kind: str) -> None:
    assert rendered(OUTCOMES[kind]).encode() == rendered(OUTCOMES[kind]).encode()


def test_both_schemas_say_the_same_of_the_facts() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    event, receipt = SCHEMA["properties"], RECEIPT_SCHEMA["properties"]
    assert event.keys() - receipt.keys() == OWN
    assert receipt.keys() - event.keys() == OF_THE_RECEIPT
    for name in event.keys() - OWN:
        assert event[name] == receipt[name], name
    assert set(SCHEMA["required"]) - OWN == set(RECEIPT_SCHEMA["required"]) - OF_THE_RECEIPT
    for keyword in ("if", "then", "else", "$defs", "additionalProperties", "type"):
        assert SCHEMA[keyword] == RECEIPT_SCHEMA[keyword], keyword


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rows_count", None),
        ("error", {"code": "NOT_CSV", "message": "It is none."}),
        ("backup", None),
        ("message_id", ""),
        ("status", "PROCESSING"),
        ("another", 1),
    ],
)
def test_the_schema_refuses_what_cannot_be(name: str, value: object) -> None:
    document: dict[str, Any] = json.loads(rendered(OUTCOMES["counted"]))
    assert not VALIDATOR.is_valid(document | {name: value})


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300))
def test_any_name_is_in_it_as_it_is_on_one_line(key: str) -> None:
    text = rendered(OUTCOMES["counted"], key)
    assert text.isprintable()
    assert json.loads(text)["filename"] == key
