"""What a deployment moves, what belongs together, and what its canary must come to."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rowledger.deployment.domain.rollout import (
    CANARY,
    CANARY_PREFIX,
    CANARY_ROWS,
    Alias,
    Position,
    Version,
    canary_key,
    companion,
    judge,
    moves,
    read_outputs,
    read_steps,
)
from rowledger.functions import contract
from rowledger.functions.domain.event import ignored_key
from rowledger.functions.domain.outcome import examine, record_of

PROCESSOR, RECONCILER, ADMINISTRATOR = "csv-processor", "csv-reconciler", "csv-administrator"
BEGAN = datetime(2026, 11, 22, 9, 15, 0, 250_000, tzinfo=UTC)


def outputs(processor: str = "2", reconciler: str = "2", administrator: str = "2") -> Any:  # noqa: ANN401 -- JSON
    """What Terraform prints."""
    return {
        "alias": {"sensitive": False, "type": "string", "value": "live"},
        "buckets": {"value": {"input": "in", "output": "out", "backup": "back", "logs": "log"}},
        "functions": {
            "value": {
                "processor": {"name": PROCESSOR, "version": processor},
                "reconciler": {"name": RECONCILER, "version": reconciler},
                "administrator": {"name": ADMINISTRATOR, "version": administrator},
            }
        },
        "topic_arn": {"value": "arn"},
    }


RELEASE = read_outputs(outputs())


def standing(**positions: Position) -> dict[str, Alias]:
    """Every alias at version 1, but for those that are named by their use."""
    names = {"processor": PROCESSOR, "reconciler": RECONCILER, "administrator": ADMINISTRATOR}
    return {
        name: Alias(name, "live", positions.get(use, Position("1")), "r")
        for use, name in names.items()
    }


def test_the_aliases_move_in_order_csv_processor_last() -> None:
    assert [(each.function, each.to, each.partial) for each in moves(standing(), RELEASE, ())] == [
        (ADMINISTRATOR, Position("2"), False),
        (RECONCILER, Position("2"), False),
        (PROCESSOR, Position("2"), False),
    ]


def test_csv_processor_alone_moves_in_steps() -> None:
    *others, first, second, last = moves(standing(), RELEASE, (10, 50))
    assert [each.function for each in others] == [ADMINISTRATOR, RECONCILER]
    assert (first.to, first.partial) == (Position("1", "2", 0.1), True)
    assert (second.to, second.partial) == (Position("1", "2", 0.5), True)
    assert (last.to, last.partial) == (Position("2"), False)
    assert {each.origin for each in (first, second, last)} == {Position("1")}


def test_what_stands_there_already_is_not_moved() -> None:
    there = Position("2")
    assert moves(standing(processor=there, reconciler=there), RELEASE, (10,)) == [
        *moves(standing(), RELEASE, ())[:1]
    ]


@pytest.mark.parametrize("version", ["1", "2"])
def test_weights_that_a_killed_deployment_left_are_cleared(version: str) -> None:
    left = Position(version, "9", 0.1)
    (last,) = [
        each for each in moves(standing(processor=left), RELEASE, ()) if each.function == PROCESSOR
    ]
    assert (last.origin, last.to) == (Position(version), Position("2"))


@pytest.mark.parametrize(
    ("text", "steps"), [("", ()), ("10", (10,)), ("10,50", (10, 50)), ("1, 99", (1, 99))]
)
def test_steps_are_rising_percentages(text: str, steps: tuple[int, ...]) -> None:
    assert read_steps(text) == steps


@pytest.mark.parametrize("text", ["0,10", "50,100", "50,10", "10,10", "ten", "10,", "-5", "10.5"])
def test_other_steps_are_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- of int, or of its own
        read_steps(text)


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        [],
        {},
        {**outputs(), "alias": {}},
        {**outputs(), "functions": {"value": {"processor": {"name": "f", "version": "1"}}}},
    ],
)
def test_other_outputs_are_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match="not the outputs of this pipeline"):
        read_outputs(wrong)


def a_version(number: int, code: str, minute: float) -> Version:
    return Version(str(number), code, BEGAN + timedelta(minutes=minute))


def test_of_one_package_the_versions_of_one_apply_belong_together() -> None:
    # Version 4 has other settings than version 3; the reconciler was changed by both applies.
    reconcilers = [a_version(3, "a", 0.2), a_version(4, "a", 60.2), a_version(5, "b", 61)]
    assert companion(a_version(3, "a", 0), reconcilers) == reconcilers[0]
    assert companion(a_version(4, "a", 60), reconcilers) == reconcilers[1]
    assert companion(a_version(6, "b", 90), reconcilers) == reconcilers[2]
    assert companion(a_version(7, "c", 90), reconcilers) is None


def test_the_canary_is_what_it_is_judged_by() -> None:
    key = canary_key(BEGAN, "7")
    assert key == "rowledger-canary/20261122T091500.250Z-7.csv"
    assert key.startswith(CANARY_PREFIX)
    assert ignored_key(key, contract.load("pipeline.json")["event_filter"]["suffixes"]) is None
    assert record_of(examine([CANARY], header=True)).rows_count == CANARY_ROWS


WHOLE: dict[str, Any] = {
    "row": {"status": "SUCCESS", "rows_count": 3, "attempts": 1},
    "receipt": True,
    "backup": True,
    "announced": True,
}


@pytest.mark.parametrize(
    ("account", "passed", "reason"),
    [
        (WHOLE, True, "announced"),
        ({**WHOLE, "row": {**WHOLE["row"], "attempts": 2}}, True, "announced, in attempt 2"),
        ({**WHOLE, "row": None}, None, "no ledger row"),
        ({**WHOLE, "receipt": False}, None, "receipt"),
        ({**WHOLE, "backup": False}, None, "backup"),
        ({**WHOLE, "announced": False}, None, "notification"),
        ({"row": WHOLE["row"]}, None, "receipt is not there, its backup is not there"),
        ({"row": {"status": "PROCESSING", "rows_count": None, "attempts": 2}}, None, "attempt 2"),
        ({**WHOLE, "row": {**WHOLE["row"], "rows_count": 4}}, False, "SUCCESS with 4 rows"),
        ({"row": {"status": "FAILED", "rows_count": None, "attempts": 1}}, False, "FAILED"),
        (None, False, "no account"),
        ({"row": {}}, False, "no account"),
        ("ok", False, "no account"),
    ],
)
def test_a_canary_passes_with_everything_alone(
    account: object, *, passed: bool | None, reason: str
) -> None:
    verdict = judge(account)
    assert verdict.passed is passed
    assert reason in verdict.reason
