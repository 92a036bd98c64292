"""The intake judges a file by its source, and says so wherever its outcome is told."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from rowledger.functions import contract
from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.replay import ReplayRequest, ReplaySource
from rowledger.functions.domain.upload import Upload
from rowledger.functions.services.intake import IntakeResult
from rowledger.functions.services.judging import Judging
from tests.unit.builders import BUCKET
from tests.unit.test_intake import World

FILE = b"id,name\n1,a\n2,b\n"
KEY = "acme/orders.csv"
REQUEST = ReplayRequest("ada", "the sources were wrong", ReplaySource.LEDGER)


class SourcesWorld(World):
    """Every file a day after the one before."""

    def __init__(self, **parts: Any) -> None:  # noqa: ANN401 -- any JSON
        super().__init__()
        self.apply(**parts)

    def apply(self, **parts: Any) -> int:  # noqa: ANN401 -- any JSON
        return self.ledger.sources.apply({"name": "acme", "prefix": "acme/", **parts})

    def receive(
        self, content: bytes = FILE, key: str = KEY, metadata: dict[str, str] | None = None
    ) -> IntakeResult:
        self.time += timedelta(days=1)
        version = f"v{len(self.ledger.rows) + 1}"
        upload = replace(self.put(content, key, version), received_at=self.time)
        self.storage.metadata[BUCKET, key, version] = metadata or {}
        return self.intake.take(upload, version, seconds=250)

    def replay(self, upload: Upload) -> IntakeResult:
        self.ledger.reopen([upload], REQUEST)
        return self.intake.take(upload, "replay", seconds=250)

    @property
    def receipt(self) -> dict[str, Any]:
        """The one written last."""
        document: dict[str, Any] = json.loads(list(self.storage.receipts.values())[-1])
        Draft202012Validator(contract.load("result.schema.json")).validate(document)
        return document

    @property
    def event(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.notifier.events[-1].event or "")
        Draft202012Validator(contract.load("event.schema.json")).validate(document)
        return document

    @property
    def codes(self) -> list[str]:
        return [warning["code"] for warning in self.receipt["warnings"]]


def test_the_source_is_in_ledger_receipt_event_and_mail() -> None:
    world = SourcesWorld()
    world.apply(owner="ada")
    result = world.receive()
    assert result.status is Status.SUCCESS
    named = {"name": "acme", "version": 2, "replay": False}
    assert world.receipt["source"] == world.event["source"] == named
    versions = (world.receipt["schema_version"], world.event["schema_version"])
    assert versions == ("1.2", "1.1")
    (row,) = world.ledger.ledger_rows()
    assert (row.source, row.sources_version) == ("acme", 2)
    mail = world.notifier.published[-1]
    assert "Source:    acme (version 2 of the sources)\n" in mail.body
    assert mail.attributes["source"] == "acme"
    assert mail.attributes["recipients"] == '["acme:each"]'


def test_a_file_without_a_source_is_as_it_was_and_costs_no_query() -> None:
    world = SourcesWorld()
    no_ledger: Any = None
    world.intake = replace(world.intake, judging=Judging(no_ledger))
    world.receive(key="other/orders.csv", metadata={"rows": "3"})
    assert world.codes == []
    versions = (world.receipt["schema_version"], world.event["schema_version"])
    assert versions == ("1.1", "1.0")
    for document in (world.receipt, world.event):
        assert not document.keys() & {"source", "supersedes"}
    assert not world.notifier.published[-1].attributes.keys() & {"source", "recipients"}
    assert "Source:" not in world.notifier.published[-1].body
    (row,) = world.ledger.ledger_rows()
    assert (row.source, row.sources_version, row.supersedes) == (None, None, None)


def test_a_told_dialect_that_is_contradicted_is_a_rejection() -> None:
    world = SourcesWorld(dialect={"delimiter": "semicolon"})
    assert world.receive().status is Status.FAILED
    assert world.receipt["error"]["code"] == "DIALECT_DIFFERS"
    assert world.receipt["source"]["name"] == "acme"


def test_the_header_is_as_the_source_tells() -> None:
    world = SourcesWorld(dialect={"header": False})
    world.receive()
    assert (world.receipt["rows_count"], world.receipt["header"]) == (3, None)


def test_what_the_sender_tells_is_compared() -> None:
    world = SourcesWorld(sender={"severity": "reject"})
    assert world.receive(metadata={"rows": "2", "mood": "good"}).status is Status.SUCCESS
    assert world.receive(metadata={"Rows": "3"}).status is Status.FAILED
    error = world.receipt["error"]
    assert (error["code"], "3 data rows; the file has 2" in error["message"]) == (
        "ROWS_DIFFER",
        True,
    )


def test_what_else_is_not_as_expected_is_told_of_a_rejected_file() -> None:
    world = SourcesWorld(
        rows={"minimum": 5, "severity": "reject"}, columns={"fields": ["id", "price"]}
    )
    world.receive()
    assert (world.receipt["error"]["code"], world.codes) == (
        "ROWS_OUT_OF_RANGE",
        ["COLUMNS_DIFFER"],
    )
    assert "Warning:   COLUMNS_DIFFER: " in world.notifier.published[-1].body
    (row,) = world.ledger.ledger_rows()
    assert [each["code"] for each in row.warnings or ()] == ["COLUMNS_DIFFER"]


def test_columns_that_changed_are_those_of_the_last_good_file() -> None:
    world = SourcesWorld(columns={"drift": "reject"})
    world.receive()
    assert world.receive(b"id,price\n1,2\n").status is Status.FAILED
    assert 'new: "price"; gone: "name"' in world.receipt["error"]["message"]
    assert world.receive(b"id,name\n3,c\n").status is Status.SUCCESS


@pytest.mark.parametrize(
    ("severity", "status", "codes"),
    [
        (None, "SUCCESS", ["DUPLICATE_CONTENT"]),
        ("allow", "SUCCESS", []),
        ("warn", "SUCCESS", ["DUPLICATE_CONTENT"]),
        ("reject", "FAILED", []),
    ],
)
def test_the_same_bytes_again_are_told(severity: str | None, status: str, codes: list[str]) -> None:
    world = SourcesWorld(**({"duplicates": {"severity": severity}} if severity else {}))
    world.receive()
    world.receive(key="acme/again.csv")
    assert (world.receipt["status"], world.codes) == (status, codes)
    said = [*world.receipt["warnings"], world.receipt.get("error", {"message": ""})]
    words = "the same bytes as another upload: acme/orders.csv (version v1, ledger id 1)."
    assert (words in said[0]["message"]) == (severity != "allow")


def test_bytes_that_were_rejected_may_come_again() -> None:
    world = SourcesWorld(rows={"minimum": 3, "severity": "reject"})
    world.receive()
    world.apply(duplicates={"severity": "reject"})
    assert world.receive().status is Status.SUCCESS
    assert world.codes == ["DUPLICATE_CONTENT"]
    assert "ledger id 1, rejected)" in world.receipt["warnings"][0]["message"]


def test_a_corrected_file_is_linked_to_the_rejected_one() -> None:
    world = SourcesWorld(rows={"minimum": 2, "severity": "reject"})
    world.receive(b"id,name\n1,a\n")
    assert "supersedes" not in world.receipt
    world.receive()
    before = {"ledger_id": 1, "version_id": "v1", "status": "FAILED"}
    assert world.receipt["supersedes"] == world.event["supersedes"] == before
    body = world.notifier.published[-1].body
    assert "Corrects:  version v1, which was rejected (ledger id 1)\n" in body
    world.receive(b"id,name\n5,a\n6,a\n")
    body = world.notifier.published[-1].body
    assert "Replaces:  version v2, which was good (ledger id 2)\n" in body
    assert [row.supersedes for row in world.ledger.ledger_rows()] == [None, 1, 2]


def rows(number: int, of: str = "") -> bytes:
    return b"id,name\n" + f"{of}1,a\n".encode() * number


def test_an_unusual_number_of_rows_is_told_once_there_are_eight_files() -> None:
    world = SourcesWorld()
    for number in range(7):
        world.receive(rows(100 + number))
    world.receive(rows(50, "x"))
    assert world.codes == []
    world.receive(rows(50))
    assert world.codes == ["ROWS_UNUSUAL"]
    assert world.receipt["warnings"][0]["message"] == (
        "The file has 50 data rows; usual for the source are 82 to 123 (median 102.5), by the last"
        " 8 good files."
    )
    world.apply(rows={"unusual": "reject"})
    assert world.receive(rows(40)).status is Status.FAILED
    assert world.receipt["error"]["code"] == "ROWS_UNUSUAL"
    world.apply(rows={"unusual": "allow"})
    assert world.receive(rows(40, "y")).status is Status.SUCCESS
    assert world.codes == []


def test_usual_is_what_is_usual_on_the_same_day_of_the_week() -> None:
    world = SourcesWorld()
    for day in range(7 * 8):
        world.receive(rows(1000 if day % 7 == 0 else 100, str(day)))
    world.receive(rows(100, "z"))
    assert world.codes == ["ROWS_UNUSUAL"]
    message = world.receipt["warnings"][0]["message"]
    assert message.endswith("by the last 8 good files of a Monday.")


def test_a_replay_is_judged_by_the_sources_of_now_and_says_so() -> None:
    world = SourcesWorld(rows={"minimum": 3, "severity": "reject"})
    upload = world.receive().upload
    world.apply()
    assert world.replay(upload).status is Status.SUCCESS
    assert world.receipt["source"] == {"name": "acme", "version": 2, "replay": True}
    mail = world.notifier.published[-1].body
    assert "acme (version 2 of the sources; a replay, judged by the sources of now)" in mail


UNREADABLE = [{"duties": []}, {"dialect": {"encoding": "none-such"}}, {"rows": "many"}]


@pytest.mark.parametrize("part", UNREADABLE)
def test_a_source_that_cannot_be_read_stops_no_file(part: dict[str, Any]) -> None:
    world = SourcesWorld(**part)
    assert world.receive().status is Status.SUCCESS
    assert world.codes == ["SOURCE_UNREADABLE"]
    assert "source" not in world.receipt
    assert world.receive(b"").status is Status.FAILED
    assert world.codes == ["SOURCE_UNREADABLE"]


def test_a_source_that_cannot_be_read_is_in_no_other_sources_way() -> None:
    world = SourcesWorld()
    world.ledger.sources.apply(
        {"name": "new", "prefix": "acme/", "names": {"match": ["x*"]}, "duties": []},
        {"name": "acme", "prefix": "acme/"},
    )
    world.receive()
    assert (world.codes, world.receipt["source"]["name"]) == ([], "acme")
    world.receive(key="acme/x.csv")
    assert world.codes == ["SOURCE_UNREADABLE"]


def test_a_file_that_is_gone_has_its_source_still() -> None:
    world = SourcesWorld()
    world.time += timedelta(days=1)
    upload = replace(world.put(FILE, KEY, "v1"), received_at=world.time)
    world.storage.uploads.clear()
    assert world.take(upload, "r1").status is Status.FAILED
    assert (world.receipt["error"]["code"], world.receipt["source"]["name"]) == (
        "OBJECT_DELETED",
        "acme",
    )
