"""Deployments that cannot be put back, or not wholly: they say where each alias is."""

import pytest

from rowledger.deployment.domain.rollout import Position
from rowledger.deployment.services.aliases import AliasMoves
from rowledger.functions.domain.faults import FaultCode, FaultError
from tests.unit.rollout_world import FUNCTIONS, RECONCILER, SCHEDULED, World, all_at, somebody_moves

FAULT = FaultError(FaultCode.FUNCTION, "moving the alias: ServiceException")


@pytest.fixture
def world() -> World:
    return World()


def test_an_alias_that_cannot_be_put_back_is_named_and_the_others_are_put_back(
    world: World,
) -> None:
    world.accounts = [None]
    world.functions.faults["move"] = [None, None, None, None, FAULT]
    report = world.deploy()
    assert "csv-reconciler gave no account" in (report.failure or "")
    assert report.rolled_back is False
    processor, reconciler, administrator = report.put_back
    assert (reconciler.function, reconciler.position) == (RECONCILER, Position("2"))
    assert reconciler.problem == str(FAULT)
    assert (processor.problem, administrator.problem) == (None, None)
    assert world.positions == {**all_at("1"), RECONCILER: Position("2")}
    assert world.functions.invoked[-1] == (f"{RECONCILER}:1", SCHEDULED)


def test_an_alias_that_cannot_be_read_is_reported_without_a_position(world: World) -> None:
    world.accounts = [None]
    world.functions.faults["alias"] = [*[None] * 6, FAULT]
    report = world.deploy()
    assert (report.put_back[0].position, report.put_back[0].problem) == (None, str(FAULT))
    assert report.rolled_back is False


def test_the_old_reconcilers_failure_hides_no_other(world: World) -> None:
    world.accounts = [None]
    world.functions.faults["invoke"] = [None, None, None, None, FAULT]
    report = world.deploy()
    assert "no account" in (report.failure or "")
    assert report.rolled_back
    assert report.reconciler_run is not None
    assert report.reconciler_run.problem == str(FAULT)


def test_the_old_reconciler_need_not_be_waited_for(world: World) -> None:
    world.accounts = [None]
    world.functions.faults["invoke"] = [None, None, None, None, KeyboardInterrupt()]
    report = world.deploy()
    assert report.reconciler_run is not None
    assert "not waited for" in (report.reconciler_run.problem or "")


def test_the_first_deployment_has_nothing_to_go_back_to(world: World) -> None:
    for function in FUNCTIONS:
        somebody_moves(world, function, "2")()
    world.functions.moves.clear()
    world.accounts = [None]
    report = world.deploy()
    assert report.failure
    assert (report.rolled_back, world.functions.moves) == (None, [])


@pytest.mark.parametrize("nth", [0, 1, 2])
def test_where_nothing_is_proven_the_aliases_move_all_or_none(world: World, nth: int) -> None:
    """As `rowledger up` moves them."""
    world.functions.faults["move"] = [*[None] * nth, FAULT]
    with pytest.raises(FaultError, match="ServiceException"):
        AliasMoves(world.functions, "live").move_all(world.release)
    assert world.positions == all_at("1")
    AliasMoves(world.functions, "live").move_all(world.release)
    assert world.positions == all_at("2")


def test_what_could_not_be_put_back_then_is_in_the_fault(world: World) -> None:
    fault = FaultError(FaultCode.FUNCTION, "moving the alias: AccessDenied")
    world.functions.faults["move"] = [None, None, FAULT, fault]
    with pytest.raises(FaultError) as raised:
        AliasMoves(world.functions, "live").move_all(world.release)
    assert str(raised.value) == (f"{FAULT}; {RECONCILER}:live was not put back: {fault}")
