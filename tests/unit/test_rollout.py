"""Deployments over fakes: the good one, and every way in which one can fail."""

import pytest

from rowledger.deployment.domain.canary import CANARY_CONTENT
from rowledger.deployment.domain.rollout import Position
from rowledger.functions.domain.faults import FaultCode, FaultError
from tests.unit.rollout_world import (
    ADMINISTRATOR,
    ALARM,
    FUNCTIONS,
    PROCESSOR,
    RECONCILER,
    SCHEDULED,
    WHOLE,
    World,
    all_at,
    somebody_moves,
)

FAULT = FaultError(FaultCode.FUNCTION, "moving the alias: ServiceException")
OLD_RECONCILER_RUNS: tuple[str, dict[str, str]] = (f"{RECONCILER}:1", SCHEDULED)


@pytest.fixture
def world() -> World:
    return World()


def test_a_deployment_migrates_then_moves_then_proves(world: World) -> None:
    report = world.deploy()
    assert (report.failure, report.rolled_back, report.reconciler_run) == (None, None, None)
    assert world.positions == all_at("2")
    assert [function for function, _ in world.moved] == [ADMINISTRATOR, RECONCILER, PROCESSOR]
    assert report.migrated["migrations"] == ["0004_next"]
    ((key, content),) = world.canary.uploads.items()
    assert (key, content) == ("rowledger-canary/20261122T091500.250Z-2.csv", CANARY_CONTENT)
    assert report.canary is not None
    assert (report.canary.key, report.canary.version_id) == (key, "v1")
    account = {"action": "account", "key": key}
    assert world.functions.invoked == [
        (f"{ADMINISTRATOR}:2", {"action": "migrate"}),
        (f"{PROCESSOR}:2", {"Records": []}),
        (f"{RECONCILER}:2", {**account, "version_id": "none"}),
        (f"{RECONCILER}:2", {**account, "version_id": "v1"}),
    ]


def test_a_second_deployment_of_the_same_moves_nothing_and_proves_again(world: World) -> None:
    world.deploy()
    report = world.deploy(10)
    assert (report.failure, report.moved) == (None, [])
    assert len(world.functions.moves) == len(FUNCTIONS)
    assert report.verdict is not None
    assert report.verdict.passed


def test_steps_are_watched_and_last_comes_the_whole(world: World) -> None:
    report = world.deploy(10, 50, interval=60)
    assert report.failure is None
    assert [where for function, where in world.moved if function == PROCESSOR] == [
        "version 1, 10% at version 2",
        "version 1, 50% at version 2",
        "version 2",
    ]
    assert world.seconds == 120


def test_the_canary_is_waited_for(world: World) -> None:
    world.accounts = [
        {**WHOLE, "row": None},
        {**WHOLE, "announced": False},
        WHOLE,
    ]
    assert world.deploy().failure is None
    assert len(world.slept) == 2


def test_one_unanswered_question_fails_no_deployment(world: World) -> None:
    # The migration, both starts, and the first question after the moves.
    world.functions.faults["invoke"] = [None, None, None, FAULT]
    assert world.deploy().failure is None


# Nothing is moved.


@pytest.mark.parametrize(
    ("method", "faults"),
    [
        ("alias", [FAULT]),
        ("await_active", [FAULT]),
        ("invoke", [FAULT]),
        ("invoke", [None, FAULT]),
        ("invoke", [None, None, FAULT]),
    ],
    ids=["reading", "inactive", "migrating", "processor", "reconciler"],
)
def test_what_fails_beforehand_moves_nothing(
    world: World, method: str, faults: list[BaseException | None]
) -> None:
    world.functions.faults[method] = faults
    report = world.deploy()
    assert report.failure == str(FAULT)
    assert (report.moved, report.put_back, report.rolled_back) == ([], [], None)
    assert world.functions.moves == []
    assert OLD_RECONCILER_RUNS not in world.functions.invoked
    assert not world.canary.uploads


def test_a_reconciler_that_gives_no_accounts_is_not_put_into_service(world: World) -> None:
    del world.functions.answers[f"{RECONCILER}:2"]
    report = world.deploy()
    assert "csv-reconciler:2 gives no account" in (report.failure or "")
    assert world.functions.moves == []


def test_no_step_is_taken_while_the_alarm_is_on(world: World) -> None:
    world.alarms.states[ALARM] = [True]
    report = world.deploy(10)
    assert report.failure == f"ALARM: the alarm {ALARM} is on, before the first step"
    assert world.functions.moves == []
    assert world.functions.invoked == []


def test_at_once_is_possible_while_the_alarm_is_on(world: World) -> None:
    """Else its cause could not be repaired."""
    world.alarms.states[ALARM] = [True]
    assert world.deploy().failure is None


def test_a_missing_alarm_is_no_good_sign(world: World) -> None:
    world.alarms.states.clear()
    assert "no alarm" in (world.deploy(10).failure or "")
    assert world.functions.moves == []


# Everything is put back.


@pytest.mark.parametrize(
    ("account", "reason"),
    [
        ({**WHOLE, "row": None}, "after 30 s: it has no ledger row"),
        ({**WHOLE, "backup": False}, "after 30 s: its backup is not there"),
        ({**WHOLE, "row": {**WHOLE["row"], "status": "FAILED", "rows_count": None}}, "FAILED"),
    ],
)
def test_a_canary_that_fails_puts_everything_back(
    world: World, account: object, reason: str
) -> None:
    world.accounts = [account]
    report = world.deploy(10, interval=0)
    assert reason in (report.failure or "")
    assert report.rolled_back
    assert world.positions == all_at("1")
    assert [function for function, _ in world.moved[-3:]] == [PROCESSOR, RECONCILER, ADMINISTRATOR]
    assert world.functions.invoked[-1] == OLD_RECONCILER_RUNS
    assert report.reconciler_run is not None
    assert (str(report.reconciler_run.target), report.reconciler_run.problem) == (
        f"{RECONCILER}:1",
        None,
    )


def test_a_certain_failure_is_not_waited_out(world: World) -> None:
    world.accounts = [{**WHOLE, "row": {**WHOLE["row"], "rows_count": 4}}]
    assert "SUCCESS with 4 rows" in (world.deploy().failure or "")
    assert world.slept == []


def test_a_canary_that_cannot_be_uploaded_puts_everything_back(world: World) -> None:
    world.canary.faults = [FaultError(FaultCode.STORAGE, "uploading: AccessDenied")]
    report = world.deploy()
    assert (report.failure, report.rolled_back) == ("STORAGE: uploading: AccessDenied", True)
    assert world.positions == all_at("1")


def test_an_alarm_at_a_step_puts_everything_back(world: World) -> None:
    world.alarms.states[ALARM] = [False, False, False, True]
    report = world.deploy(10, 50, interval=600)
    assert report.failure == (
        f"ALARM: the alarm {ALARM} is on, with csv-processor:live at version 1, 10% at version 2"
    )
    assert world.seconds == 10
    assert report.rolled_back
    assert world.positions == all_at("1")
    assert not world.canary.uploads


def test_an_alarm_at_the_very_end_of_a_step_counts(world: World) -> None:
    world.alarms.states[ALARM] = [False, False, True]
    assert "ALARM" in (world.deploy(10, interval=5).failure or "")
    assert world.positions == all_at("1")


@pytest.mark.parametrize("nth", [0, 1, 2])
def test_a_move_that_fails_puts_back_what_was_moved(world: World, nth: int) -> None:
    world.functions.faults["move"] = [*[None] * nth, FAULT]
    report = world.deploy()
    assert report.failure == str(FAULT)
    assert len(report.moved) == nth
    assert report.rolled_back
    assert world.positions == all_at("1")


def test_a_move_whose_answer_was_lost_counts(world: World) -> None:
    move = world.functions.move
    world.functions.faults["move"] = [None, FAULT]

    def losing(alias: object, to: object) -> object:
        try:
            return move(alias, to)  # type: ignore[arg-type]
        except FaultError:
            move(alias, to)  # type: ignore[arg-type]
            raise

    world.functions.move = losing  # type: ignore[method-assign, assignment]
    assert world.deploy().failure is None
    assert world.positions == all_at("2")


def test_an_alias_that_somebody_else_moved_is_not_overwritten(world: World) -> None:
    world.when_asleep = [somebody_moves(world, PROCESSOR, "9")]
    report = world.deploy(10, interval=5)
    assert "ALIAS_MOVED: somebody else has moved csv-processor:live" in (report.failure or "")
    assert report.rolled_back is False
    processor = report.put_back[0]
    assert (processor.function, processor.position) == (PROCESSOR, Position("9"))
    assert "somebody else" in (processor.problem or "")
    assert world.positions == {**all_at("1"), PROCESSOR: Position("9")}


def test_an_interrupt_at_a_step_puts_everything_back(world: World) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    world.when_asleep = [interrupt]
    report = world.deploy(10)
    assert (report.failure, report.rolled_back) == ("it was interrupted", True)
    assert world.positions == all_at("1")
    assert world.functions.invoked[-1] == OLD_RECONCILER_RUNS


def test_a_bug_puts_everything_back_and_is_not_hidden(world: World) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    world.when_asleep = [fail]
    with pytest.raises(ZeroDivisionError) as raised:
        world.deploy(10)
    assert world.positions == all_at("1")
    assert "csv-processor:live: put back" in raised.value.__notes__


def test_weights_that_were_left_are_no_place_to_go_back_to(world: World) -> None:
    somebody_moves(world, PROCESSOR, "1")()
    alias = world.functions.alias(PROCESSOR, "live")
    world.functions.move(alias, Position("1", "2", 0.1))
    world.accounts = [None]
    assert world.deploy().rolled_back
    assert world.positions == all_at("1")
