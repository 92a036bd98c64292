"""A ledger row: what it is compared by, and what is shown of it."""

from typing import Any

import pytest

from rowledger.cli.tables import history_document
from rowledger.functions.domain.history import UploadHistory
from rowledger.functions.domain.outcome import Deleted, Status, examine, record_of
from tests.unit.builders import a_row

READ_AGAIN = examine([b"a,b\n1,2\n3,4\n"], header=True)
RECORD = record_of(READ_AGAIN)
ROW = a_row(
    rows_count=RECORD.rows_count, sha256=RECORD.sha256, file_size_bytes=RECORD.file_size_bytes
)


def test_reading_the_same_bytes_again_gives_what_the_row_says() -> None:
    assert ROW.agrees_with(READ_AGAIN)


@pytest.mark.parametrize(
    "change",
    [{"status": Status.FAILED}, {"rows_count": 3}, {"sha256": "cd"}, {"file_size_bytes": 13}],
)
def test_one_difference_is_enough_to_disagree(change: dict[str, Any]) -> None:
    row = a_row(**{"rows_count": 2, "sha256": RECORD.sha256, "file_size_bytes": 12, **change})
    assert not row.agrees_with(READ_AGAIN)


def test_a_deleted_upload_is_recorded_with_the_size_of_its_event() -> None:
    record = record_of(Deleted(12))
    assert (record.file_size_bytes, record.rows_count, record.sha256) == (12, None, None)


def test_a_row_is_shown_by_its_columns() -> None:
    document = history_document(UploadHistory(ROW, [], []))
    assert (document["filename"], document["attempt"], document["attempts"]) == (
        "orders.csv",
        1,
        [],
    )
    # They depend on when the row was read, and are no columns.
    assert not {"held_until", "unsent"} & document.keys()
