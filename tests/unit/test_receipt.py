import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from rowledger.functions import contract
from rowledger.functions.domain.outcome import examine
from rowledger.functions.domain.receipt import BackupLocation, render_receipt
from rowledger.functions.domain.rejection import RejectionCode
from tests.unit.builders import an_upload

SCHEMA = contract.load("result.schema.json")
VALIDATOR = Draft202012Validator(SCHEMA)


def rendered(key: str, content: bytes) -> bytes:
    return render_receipt(
        an_upload(key, size_bytes=len(content)),
        examine([content], header=True),
        BackupLocation("candidate-test-backup", f"backup/b_{key}"),
        datetime(2026, 11, 22, 9, 15, 1, tzinfo=UTC),
        duration_ms=12,
    )


def receipt_of(content: bytes) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(rendered("orders.csv", content))
    return document


def test_the_receipt_of_a_success() -> None:
    document = receipt_of(b"a,b\r\n1,2\r\n")
    VALIDATOR.validate(document)
    assert document["rows_count"] == 1
    assert document["columns"] == 2
    assert document["file_size_bytes"] == 10
    assert document["file_size_kb"] == 0.01
    assert document["received_at"] == "2026-11-22T09:15:00.250Z"
    assert document["processed_at"] == "2026-11-22T09:15:01.000Z"
    assert document["dialect"] == {
        "delimiter": ",",
        "quote": None,
        "escape": None,
        "newline": "CRLF",
        "encoding": "utf-8",
        "compression": None,
        "header": True,
    }
    assert "error" not in document


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "EMPTY_FILE"),
        (b"PK\x03\x04" + bytes(40), "NOT_CSV"),
        (b"a,b\n\x00\n", "NOT_CSV"),
        (b"\xef\xbb\xbfa\n\xff\n", "UNDECODABLE"),
        (b'a\n"', "UNTERMINATED_QUOTE"),
        (b"\x1f\x8b\x08\x00", "CORRUPT_COMPRESSION"),
    ],
)
def test_the_receipt_of_a_rejection(content: bytes, code: str) -> None:
    document = receipt_of(content)
    VALIDATOR.validate(document)
    assert document["status"] == "FAILED"
    assert document["error"]["code"] == code
    assert document["rows_count"] is None
    assert document["file_size_bytes"] == len(content)


def test_the_schema_is_one_and_knows_every_code() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    codes = SCHEMA["properties"]["error"]["properties"]["code"]["enum"]
    assert set(codes) == {code.value for code in RejectionCode}


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300))
def test_any_name_is_in_its_receipt_as_it_is_and_nothing_raw_beside_it(key: str) -> None:
    body = rendered(key, b"a\n1\n").decode()
    document = json.loads(body)
    VALIDATOR.validate(document)
    assert (document["filename"], document["backup"]["key"]) == (key, f"backup/b_{key}")
    assert body.replace("\n", "").isprintable()
    assert len(body.splitlines()) == len(rendered("orders.csv", b"a\n1\n").splitlines())
