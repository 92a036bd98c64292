"""The canary of a rollout: what it is, and what must be true of it."""

import pytest

from rowledger.deployment.domain.canary import (
    CANARY_CONTENT,
    CANARY_ROWS,
    canary_key,
    judge,
)
from rowledger.functions import contract
from rowledger.functions.domain.event import ignored_key
from rowledger.functions.domain.keys import CANARY_PREFIX
from rowledger.functions.domain.outcome import examine, record_of
from tests.unit.rollout_world import BEGAN, WHOLE


def test_the_canary_is_what_it_is_judged_by() -> None:
    key = canary_key(BEGAN, "7")
    assert key == "rowledger-canary/20261122T091500.250Z-7.csv"
    assert key.startswith(CANARY_PREFIX)
    assert ignored_key(key, contract.load("pipeline.json")["event_filter"]["suffixes"]) is None
    assert record_of(examine([CANARY_CONTENT], header=True)).rows_count == CANARY_ROWS


PROVED = "csv-processor:7"
COUNTED = {**WHOLE, "row": {**WHOLE["row"], "function_version": PROVED}}
OPEN = {"status": "PROCESSING", "rows_count": None, "attempts": 2}
REJECTED = {
    "status": "FAILED",
    "rows_count": None,
    "attempts": 1,
    "function_version": PROVED,
}


@pytest.mark.parametrize(
    ("account", "passed", "reason"),
    [
        (COUNTED, True, "announced, by csv-processor:7"),
        (
            {**COUNTED, "row": {**COUNTED["row"], "attempts": 2}},
            True,
            "announced, in attempt 2, by csv-processor:7",
        ),
        ({**COUNTED, "row": None}, None, "no ledger row"),
        ({**COUNTED, "receipt": False}, None, "receipt"),
        ({**COUNTED, "backup": False}, None, "backup"),
        ({**COUNTED, "announced": False}, None, "notification"),
        (
            {**COUNTED, "receipt": False, "backup": False},
            None,
            "receipt is not there, its backup is not",
        ),
        ({"row": COUNTED["row"]}, False, "gave no account of it"),
        ({**COUNTED, "row": OPEN}, None, "attempt 2"),
        ({**COUNTED, "row": {**COUNTED["row"], "rows_count": 4}}, False, "SUCCESS with 4 rows"),
        ({**COUNTED, "row": REJECTED}, False, "FAILED"),
        (None, False, "no account"),
        ({"row": {}}, False, "no account"),
        ({**COUNTED, "row": {}}, False, "no account"),
        ("ok", False, "no account"),
    ],
)
def test_a_canary_passes_with_everything_alone(
    account: object, *, passed: bool | None, reason: str
) -> None:
    verdict = judge(account, PROVED)
    assert verdict.passed is passed
    assert reason in verdict.reason


def counted_by(version: object) -> dict[str, object]:
    return {**COUNTED, "row": {**COUNTED["row"], "function_version": version}}


@pytest.mark.parametrize(
    "version", ["csv-processor:6", "csv-processor:$LATEST", "csv-reconciler:7"]
)
def test_a_canary_that_another_version_counted_fails(version: str) -> None:
    verdict = judge(counted_by(version), PROVED)
    assert (verdict.passed, verdict.by_other) == (False, True)
    assert verdict.reason == f"{version} counted it, not {PROVED}"


def test_a_version_that_is_not_recorded_is_another_one() -> None:
    """The version that is proved records itself: one that does not is older."""
    verdict = judge(counted_by(None), PROVED)
    assert (verdict.passed, verdict.by_other) == (False, True)
    assert "does not name" in verdict.reason


def test_a_reconciler_older_than_the_record_leaves_the_version_unknown() -> None:
    """As after a rollback to a package of before: its csv-processor does not record itself."""
    row = {name: value for name, value in COUNTED["row"].items() if name != "function_version"}
    verdict = judge({**COUNTED, "row": row}, PROVED)
    assert verdict.passed
    assert "by which version is not known" in verdict.reason


def test_an_open_row_of_another_version_is_waited_for() -> None:
    """Its attempt may fail, and the retry be the new version's."""
    row = {**OPEN, "function_version": "csv-processor:6"}
    assert judge({**COUNTED, "row": row}, PROVED).passed is None


def test_a_version_that_is_no_text_is_no_account() -> None:
    assert "no account" in judge(counted_by(7), PROVED).reason
