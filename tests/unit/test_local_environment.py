"""The local stack as an environment, where it does not run: what can be said is said."""

from collections.abc import Callable
from pathlib import Path

import pytest

from rowledger.errors import CommandError
from rowledger.local.layout import STATE_DIR_VARIABLE, Layout
from rowledger.local.stack import NOT_RUNNING
from rowledger.operations.ports.environment import Environment
from rowledger.wiring.environments import local_environment, open_environment
from rowledger.wiring.operations import ledger_actions, ledger_queries, replay_service


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    return local_environment(Layout(tmp_path / "state"))


def test_its_names_and_place_are_known(environment: Environment, tmp_path: Path) -> None:
    assert (environment.name, environment.location) == ("local", str(tmp_path / "state"))
    assert environment.names.input_bucket == "candidate-test-input"
    assert environment.names.processor == "csv-processor"
    assert environment.names.suffixes == (".csv", ".csv.gz")
    assert "csv-processor-errors" in environment.names.alarms


def test_each_of_its_parts_is_not_started(environment: Environment, tmp_path: Path) -> None:
    found = environment.health()
    assert not found.healthy
    assert [(each.name, each.detail) for each in found.parts] == [
        ("postgres", "not started"),
        ("emulator", "not started"),
        ("inbox", "not started"),
    ]
    assert (found.alarms, found.failed_events) == ({}, None)
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize(
    "use",
    [
        lambda environment: environment.client("s3"),
        lambda environment: environment.client("lambda", patient=True),
        lambda environment: environment.identity(),
        ledger_queries,
        ledger_actions,
        replay_service,
    ],
)
def test_what_needs_it_says_how_to_start_it(
    environment: Environment, use: Callable[[Environment], object]
) -> None:
    with pytest.raises(CommandError) as refused:
        use(environment)
    assert str(refused.value) == NOT_RUNNING


def test_the_environment_is_the_stack_that_the_variable_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(STATE_DIR_VARIABLE, str(tmp_path / "named"))
    assert open_environment().location == str(tmp_path / "named")
