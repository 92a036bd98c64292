"""Rollbacks over fakes: which versions go together, and what stays where it was moved."""

import pytest

from rowledger.deployment.domain.rollout import Position
from rowledger.functions.domain.faults import FaultCode, FaultError
from tests.unit.rollout_world import (
    ADMINISTRATOR,
    FUNCTIONS,
    PROCESSOR,
    RECONCILER,
    World,
    all_at,
)


@pytest.fixture
def world() -> World:
    deployed = World()
    assert deployed.deploy().failure is None
    deployed.functions.moves.clear()
    deployed.functions.invoked.clear()
    return deployed


def test_a_rollback_moves_everything_and_proves_it(world: World) -> None:
    report = world.roll_back("1")
    assert report.failure is None
    assert world.positions == all_at("1")
    assert report.canary is not None
    assert report.canary.key.endswith("-1.csv")
    assert [target for target, _ in world.functions.invoked] == [f"{RECONCILER}:1"]


def test_the_others_follow_by_package(world: World) -> None:
    # A third package, whose reconciler got one more version by a change of its settings.
    world.functions.publish(RECONCILER, "b")
    for function in FUNCTIONS:
        world.functions.publish(function, "c")
    world.functions.answers[f"{RECONCILER}:4"] = world.functions.answers[f"{RECONCILER}:2"]
    assert world.roll_back("3").failure is None
    assert world.positions == {**all_at("3"), RECONCILER: Position("4")}


def test_a_version_that_is_not_there_is_refused_with_those_that_are(world: World) -> None:
    report = world.roll_back("7")
    assert report.failure == "NO_SUCH_VERSION: csv-processor has no version 7; it has 1, 2"
    assert world.functions.moves == []


def test_a_function_without_that_package_is_named(world: World) -> None:
    del world.functions.published[ADMINISTRATOR][0]
    report = world.roll_back("1")
    assert report.failure == (
        "NO_SUCH_VERSION: csv-administrator has no version of the package of csv-processor:1"
    )
    assert world.functions.moves == []


def test_a_move_that_fails_leaves_no_mixture(world: World) -> None:
    fault = FaultError(FaultCode.FUNCTION, "moving the alias: ServiceException")
    world.functions.faults["move"] = [None, None, fault]
    report = world.roll_back("1")
    assert (report.failure, report.rolled_back) == (str(fault), True)
    assert world.positions == all_at("2")


def test_a_canary_that_fails_afterwards_moves_nothing_back(world: World) -> None:
    world.accounts = [None]
    report = world.roll_back("1")
    assert "no account" in (report.failure or "")
    assert (report.rolled_back, report.reconciler_run) == (None, None)
    assert world.positions == all_at("1")


def test_the_choices_are_listed_newest_first(world: World) -> None:
    world.functions.publish(PROCESSOR, "c")
    choices = world.rollout.choices(world.release)
    assert [
        (each.version.number, each.version.code_sha256, dict(each.others), each.in_service)
        for each in choices
    ] == [
        ("3", "c", {}, False),
        ("2", "b", {ADMINISTRATOR: "2", RECONCILER: "2"}, True),
        ("1", "a", {ADMINISTRATOR: "1", RECONCILER: "1"}, False),
    ]
