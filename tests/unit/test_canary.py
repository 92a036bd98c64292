"""The canary of a rollout: what it is, and what must be true of it."""

import pytest

from rowledger.deployment.domain.canary import (
    CANARY_CONTENT,
    CANARY_PREFIX,
    CANARY_ROWS,
    canary_key,
    judge,
)
from rowledger.functions import contract
from rowledger.functions.domain.event import ignored_key
from rowledger.functions.domain.outcome import examine, record_of
from tests.unit.rollout_world import BEGAN, WHOLE


def test_the_canary_is_what_it_is_judged_by() -> None:
    key = canary_key(BEGAN, "7")
    assert key == "rowledger-canary/20261122T091500.250Z-7.csv"
    assert key.startswith(CANARY_PREFIX)
    assert ignored_key(key, contract.load("pipeline.json")["event_filter"]["suffixes"]) is None
    assert record_of(examine([CANARY_CONTENT], header=True)).rows_count == CANARY_ROWS


OPEN = {"status": "PROCESSING", "rows_count": None, "attempts": 2}
REJECTED = {"status": "FAILED", "rows_count": None, "attempts": 1}


@pytest.mark.parametrize(
    ("account", "passed", "reason"),
    [
        (WHOLE, True, "announced"),
        ({**WHOLE, "row": {**WHOLE["row"], "attempts": 2}}, True, "announced, in attempt 2"),
        ({**WHOLE, "row": None}, None, "no ledger row"),
        ({**WHOLE, "receipt": False}, None, "receipt"),
        ({**WHOLE, "backup": False}, None, "backup"),
        ({**WHOLE, "announced": False}, None, "notification"),
        (
            {**WHOLE, "receipt": False, "backup": False},
            None,
            "receipt is not there, its backup is not",
        ),
        ({"row": WHOLE["row"]}, False, "gave no account of it"),
        ({**WHOLE, "row": OPEN}, None, "attempt 2"),
        ({**WHOLE, "row": {**WHOLE["row"], "rows_count": 4}}, False, "SUCCESS with 4 rows"),
        ({**WHOLE, "row": REJECTED}, False, "FAILED"),
        (None, False, "no account"),
        ({"row": {}}, False, "no account"),
        ({**WHOLE, "row": {}}, False, "no account"),
        ("ok", False, "no account"),
    ],
)
def test_a_canary_passes_with_everything_alone(
    account: object, *, passed: bool | None, reason: str
) -> None:
    verdict = judge(account)
    assert verdict.passed is passed
    assert reason in verdict.reason
