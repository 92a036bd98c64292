"""What the owner of an accepted file should know is told wherever the outcome is told."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from rowledger.cli.tables import outcome_line, status_text
from rowledger.functions import contract
from rowledger.functions.config import ProcessorConfig
from rowledger.functions.domain.counting.counter import Counter
from rowledger.functions.domain.faults import FaultError
from rowledger.functions.domain.notification import announce
from rowledger.functions.domain.outcome import Counted, Rejected, examine
from rowledger.functions.domain.outcome_event import render_event
from rowledger.functions.domain.rejection import RejectionCode
from rowledger.functions.domain.warning import OF_SOURCES, WarningCode
from tests.unit.builders import a_row, an_upload
from tests.unit.test_config import REQUIRED
from tests.unit.test_intake import World

RAGGED = b"id,name\n1,a\n2,b,c\n3,d\n"
COUNTED = [code.value for code in WarningCode if code not in OF_SOURCES]


def receipt_of(world: World) -> dict[str, Any]:
    (body,) = world.storage.receipts.values()
    document: dict[str, Any] = json.loads(body)
    return document


def test_receipt_ledger_and_mail_have_the_warnings_and_the_names_of_the_columns() -> None:
    world = World()
    world.take(world.put(RAGGED), "r1")
    receipt = receipt_of(world)
    Draft202012Validator(contract.load("result.schema.json")).validate(receipt)
    (warning,) = receipt["warnings"]
    assert (warning["code"], warning["count"], warning["line"]) == ("RAGGED_RECORDS", 1, 3)
    assert receipt["header"] == ["id", "name"]
    (row,) = world.ledger.ledger_rows()
    assert row.warnings == receipt["warnings"]
    assert row.header_sha256 == receipt["header_sha256"]
    (mail,) = world.notifier.published
    assert mail.subject == "SUCCESS: orders.csv (3 data rows, 1 warning)"
    assert f"Warning:   RAGGED_RECORDS: {warning['message']} (line 3, byte 12)" in mail.body
    (event,) = world.notifier.events
    assert json.loads(event.event or "")["warnings"] == receipt["warnings"]


def test_a_file_without_warnings_has_an_empty_list() -> None:
    world = World()
    world.take(world.put(b"a,b\n1,2\n"), "r1")
    assert receipt_of(world)["warnings"] == []
    assert world.ledger.ledger_rows()[0].warnings == []


@pytest.mark.parametrize("code", WarningCode)
def test_each_warning_can_be_made_a_rejection(code: WarningCode) -> None:
    assert RejectionCode(code.value).value == code.value
    for schema in ("result.schema.json", "event.schema.json"):
        properties = contract.load(schema)["properties"]
        assert code in properties["warnings"]["items"]["properties"]["code"]["enum"]
        assert code in properties["error"]["properties"]["code"]["enum"]


def test_a_warning_that_is_to_be_rejected_is_a_rejection_with_its_place() -> None:
    found = examine([RAGGED], header=True, rejected_warnings={WarningCode.RAGGED_RECORDS})
    assert isinstance(found, Rejected)
    rejection = found.rejection
    assert (rejection.code, rejection.line) == (RejectionCode.RAGGED_RECORDS, 3)
    assert "rejects such files" in rejection.message
    assert found.content.size_bytes == len(RAGGED)
    other = examine([RAGGED], header=True, rejected_warnings={WarningCode.MIXED_NEWLINES})
    assert isinstance(other, Counted)


def test_only_the_digest_of_the_names_may_be_kept() -> None:
    names = examine([RAGGED], header=True)
    digest = examine([RAGGED], header=True, header_names=False)
    assert isinstance(names, Counted)
    assert isinstance(digest, Counted)
    assert names.header
    assert digest.header
    assert (digest.header.names, digest.header.sha256) == (None, names.header.sha256)
    data = examine([RAGGED], header=False)
    assert isinstance(data, Counted)
    assert data.header is None


def test_an_event_is_never_longer_than_sns_takes() -> None:
    names = ",".join("x" * 40 + str(number) for number in range(2_000))
    content = f"{names}\n{names}\n".encode()
    outcome = examine([content], header=True)
    assert isinstance(outcome, Counted)
    text = render_event(
        an_upload(size_bytes=len(content)),
        outcome,
        message_id="m",
        file_id=1,
        attempt=1,
        output_bucket="out",
        backup=None,
    )
    assert len(text.encode()) < 256 * 1024
    assert json.loads(text)["header_sha256"]


def test_the_setting_takes_codes_of_the_counters_warnings_and_nothing_else() -> None:
    name = "ROWLEDGER_REJECTED_WARNINGS"
    (setting,) = (
        each for each in contract.load("settings.json")["settings"] if each["name"] == name
    )
    assert setting["choices"] == COUNTED
    assert ProcessorConfig.from_environment(REQUIRED).rejected_warnings == ()
    config = ProcessorConfig.from_environment(
        REQUIRED | {name: "RAGGED_RECORDS, UNDECIDED_DIALECT"}
    )
    assert config.rejected_warnings == ("RAGGED_RECORDS", "UNDECIDED_DIALECT")
    with pytest.raises(FaultError, match="RAGGED, which is none of its values"):
        ProcessorConfig.from_environment(REQUIRED | {name: "RAGGED"})


def test_commands_show_how_many_there_are_and_each_of_them() -> None:
    counter = Counter()
    counter.feed(RAGGED)
    row = a_row(warnings=[warning.document() for warning in counter.finish().warnings])
    assert status_text(row).plain == "SUCCESS 1 warning"
    assert "\n  RAGGED_RECORDS: " in outcome_line(row).plain


def test_a_mail_counts_warnings_in_words() -> None:
    outcome = examine([b"id,name\r\n1,a\n\n2,b,c\n"], header=True)
    assert isinstance(outcome, Counted)
    mail = announce(
        an_upload(), outcome, message_id="m", file_id=1, receipt="s3://o/r", backup=None
    )
    number = len(outcome.count.warnings)
    assert number > 1
    assert mail.subject.endswith(f", {number} warnings)")
