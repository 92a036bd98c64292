"""A lost receipt of a file with a source is written again as it was, whatever was applied since."""

import json
from typing import Any

import pytest

from rowledger.functions.domain.keys import receipt_key
from rowledger.functions.domain.reconciliation import RepairKind
from rowledger.functions.domain.replay import ReplayRequest, ReplaySource
from rowledger.functions.domain.upload import Upload
from tests.unit.builders import BUCKET
from tests.unit.reconciling import Bench, repaired

KEY = "acme/orders.csv"
REQUEST = ReplayRequest("ada", "the sources were wrong", ReplaySource.LEDGER)
FILE = b"id;name\n1;a\n2;b\n"


def apply(bench: Bench, **parts: Any) -> None:  # noqa: ANN401 -- any JSON
    bench.ledger.sources.apply({"name": "acme", "prefix": "acme/", **parts})


def receipt_again(bench: Bench, upload: Upload) -> tuple[dict[str, Any], dict[str, Any]]:
    """Lose a receipt and have it written again; return both."""
    before = json.loads(bench.storage.receipts.pop(receipt_key(upload)))
    assert repaired(bench.run()) == {RepairKind.RECEIPT: 1}
    return before, json.loads(bench.storage.receipts[receipt_key(upload)])


CASES: list[tuple[dict[str, Any], str | None]] = [
    ({"rows": {"minimum": 3}}, None),
    ({"rows": {"minimum": 3, "severity": "reject"}}, "ROWS_OUT_OF_RANGE"),
    ({"dialect": {"delimiter": "comma"}}, "DIALECT_DIFFERS"),
    ({"dialect": {"delimiter": "semicolon", "header": False}}, None),
    ({"names": {"match": ["x*", "orders*"], "forbidden": ["orders*"]}}, "NAME_FORBIDDEN"),
    ({"unknown": 1}, None),
]


@pytest.mark.parametrize(("parts", "code"), CASES)
def test_it_is_what_it_was(parts: dict[str, Any], code: str | None) -> None:
    bench = Bench()
    apply(bench, **parts)
    upload = bench.taken(FILE, KEY)
    apply(bench, rows={"maximum": 1, "severity": "reject"})
    before, again = receipt_again(bench, upload)
    assert again.get("error", {}).get("code") == code
    assert again | {"processed_at": None} == before | {"processed_at": None}


def test_its_links_stay() -> None:
    bench = Bench()
    apply(bench)
    bench.taken(b"", KEY)
    bench.pass_seconds(60)
    upload = bench.put(FILE, KEY, "v2")
    bench.take(upload, "event")
    bench.ledger.reopen([upload], REQUEST)
    bench.take(upload, "replay")
    before, again = receipt_again(bench, upload)
    assert before["supersedes"]["status"] == "FAILED"
    assert before["source"]["replay"]
    assert again | {"processed_at": None} == before | {"processed_at": None}


def test_a_lost_backup_is_copied_again() -> None:
    bench = Bench()
    apply(bench, rows={"minimum": 3, "severity": "reject"})
    bench.taken(FILE, KEY)
    bench.storage.backups.clear()
    assert repaired(bench.run()) == {RepairKind.BACKUP: 1}
    assert bench.storage.backups == {bench.backup_of(KEY): FILE}


def test_other_bytes_are_no_outcome_of_it() -> None:
    bench = Bench()
    apply(bench, rows={"minimum": 3, "severity": "reject"})
    upload = bench.taken(FILE, KEY)
    bench.storage.uploads[BUCKET, KEY, "v1"] = FILE.replace(b"a", b"c")
    bench.storage.receipts.pop(receipt_key(upload))
    assert repaired(bench.run()) == {}
    assert bench.storage.receipts == {}
