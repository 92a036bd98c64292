"""What a rollout moves, and which versions belong together."""

from datetime import timedelta

import pytest

from rowledger.deployment.domain.rollout import (
    Alias,
    Position,
    Version,
    plan_moves,
    read_outputs,
    read_steps,
    version_with_same_code,
)
from tests.unit.rollout_world import ADMINISTRATOR, BEGAN, PROCESSOR, RECONCILER, outputs

RELEASE = read_outputs(outputs())


def aliases(**positions: Position) -> dict[str, Alias]:
    """Every alias at version 1, but for those that are named by their use."""
    names = {"processor": PROCESSOR, "reconciler": RECONCILER, "administrator": ADMINISTRATOR}
    return {
        name: Alias(name, "live", positions.get(use, Position("1")), "r")
        for use, name in names.items()
    }


def test_the_aliases_move_in_order_csv_processor_last() -> None:
    assert [
        (each.function, each.to, each.partial) for each in plan_moves(aliases(), RELEASE, ())
    ] == [
        (ADMINISTRATOR, Position("2"), False),
        (RECONCILER, Position("2"), False),
        (PROCESSOR, Position("2"), False),
    ]


def test_csv_processor_alone_moves_in_steps() -> None:
    *others, first, second, last = plan_moves(aliases(), RELEASE, (10, 50))
    assert [each.function for each in others] == [ADMINISTRATOR, RECONCILER]
    assert (first.to, first.partial) == (Position("1", "2", 0.1), True)
    assert (second.to, second.partial) == (Position("1", "2", 0.5), True)
    assert (last.to, last.partial) == (Position("2"), False)
    assert {each.origin for each in (first, second, last)} == {Position("1")}


def test_an_alias_at_its_version_is_not_moved() -> None:
    new = Position("2")
    assert plan_moves(aliases(processor=new, reconciler=new), RELEASE, (10,)) == [
        *plan_moves(aliases(), RELEASE, ())[:1]
    ]


@pytest.mark.parametrize("version", ["1", "2"])
def test_weights_that_a_killed_deployment_left_are_cleared(version: str) -> None:
    left = Position(version, "9", 0.1)
    (last,) = [
        each
        for each in plan_moves(aliases(processor=left), RELEASE, ())
        if each.function == PROCESSOR
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
    assert version_with_same_code(a_version(3, "a", 0), reconcilers) == reconcilers[0]
    assert version_with_same_code(a_version(4, "a", 60), reconcilers) == reconcilers[1]
    assert version_with_same_code(a_version(6, "b", 90), reconcilers) == reconcilers[2]
    assert version_with_same_code(a_version(7, "c", 90), reconcilers) is None
