"""A receipt or a backup that somebody changed is not shown beside the ledger without a word."""

from dataclasses import replace
from typing import Any
from unittest.mock import Mock

import pytest

from rowledger.functions.domain.outcome import Status
from rowledger.operations.adapters.aws.archive import S3Archive
from rowledger.operations.domain.differences import differences
from tests.unit.test_ledger_row import ROW

GOOD = replace(ROW, status=Status.SUCCESS, error=None)
RECEIPT: dict[str, Any] = {
    "version_id": GOOD.version_id,
    "status": "SUCCESS",
    "rows_count": GOOD.rows_count,
    "sha256": GOOD.sha256,
}


def test_what_agrees_or_is_missing_differs_in_nothing() -> None:
    assert differences(GOOD, RECEIPT, GOOD.file_size_bytes) == []
    assert differences(GOOD, None, None) == []
    assert differences(replace(GOOD, status=Status.PROCESSING), {}, 3) == []


@pytest.mark.parametrize("name", RECEIPT)
def test_each_field_of_a_receipt_is_compared(name: str) -> None:
    (said,) = differences(GOOD, RECEIPT | {name: "changed"}, GOOD.file_size_bytes)
    assert said.startswith(f"the receipt says {name} 'changed', the ledger ")


def test_the_backups_size_is_compared() -> None:
    (said,) = differences(GOOD, RECEIPT, GOOD.file_size_bytes + 1)
    assert said.startswith("the backup has ")


@pytest.mark.parametrize(("version_id", "asked"), [("b1", {"VersionId": "b1"}), (None, {})])
def test_the_recorded_version_of_the_backup_is_asked_for(
    version_id: str | None, asked: dict[str, str]
) -> None:
    client = Mock()
    client.head_object.return_value = {"ContentLength": 3}
    assert S3Archive(client, "out", "back", "reader").backup_size("key", version_id) == 3
    assert client.head_object.call_args.kwargs == {"Bucket": "back", "Key": "key", **asked}
