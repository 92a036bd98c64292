"""Whether a rollout is proved by the version that it put into service, and by no other."""

import pytest

from rowledger.deployment.domain.rollout import Position
from tests.unit.rollout_world import PROCESSOR, WHOLE, World, all_at

OLD = {**WHOLE, "row": {**WHOLE["row"], "function_version": "csv-processor:1"}}


@pytest.fixture
def world() -> World:
    return World()


def test_a_canary_that_the_version_before_still_got_is_followed_by_another(world: World) -> None:
    """For a moment after a move an event may reach the version before."""
    world.accounts = [OLD, {**WHOLE, "row": None}, WHOLE]
    report = world.deploy()
    assert report.failure is None
    assert report.verdict is not None
    assert report.verdict.reason.endswith("announced, by csv-processor:2")
    assert list(world.canary.uploads) == [
        "rowledger-canary/20261122T091500.250Z-2.csv",
        "rowledger-canary/20261122T091505.250Z-2.csv",
    ]


def test_a_canary_that_another_version_keeps_counting_puts_everything_back(world: World) -> None:
    world.accounts = [OLD]
    report = world.deploy()
    assert "csv-processor:1 counted it, not csv-processor:2" in (report.failure or "")
    assert len(world.canary.uploads) == 4
    assert report.rolled_back
    assert world.positions == all_at("1")


def test_no_luck_with_shares_proves_a_version(world: World) -> None:
    """Somebody shares the alias out: the next canary might reach the new version by chance."""

    def share() -> None:
        alias = world.functions.alias(PROCESSOR, "live")
        world.functions.move(alias, Position("2", "1", 0.5))

    world.accounts = [{**WHOLE, "row": None}, OLD, WHOLE]
    world.when_asleep = [share]
    report = world.deploy()
    assert "csv-processor:1 counted it" in (report.failure or "")
    assert len(world.canary.uploads) == 1


def test_a_rollback_to_a_package_that_records_no_version_says_so(world: World) -> None:
    assert world.deploy().failure is None
    row = {name: value for name, value in WHOLE["row"].items() if name != "function_version"}
    world.accounts = [{**WHOLE, "row": row}]
    report = world.roll_back("1")
    assert report.failure is None
    assert report.verdict is not None
    assert "by which version is not known" in report.verdict.reason
