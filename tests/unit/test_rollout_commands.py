"""`deploy` and `rollback` as they are typed: what they print, and how they end."""

import json
import os
import shlex
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from click.testing import CliRunner, Result

from rowledger.cli import rollout as cli_rollout
from rowledger.cli.interrupts import Interrupts
from rowledger.cli.main import cli
from rowledger.deployment.domain.rollout import Release, read_outputs
from rowledger.deployment.services.rollout import Rollout
from rowledger.functions import contract
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.operations.adapters.environment_files import environment_files
from rowledger.operations.domain.environments import KeptEnvironments, by_hand
from rowledger.wiring.rollout import build_rollout
from tests.unit.rollout_world import World, all_at, outputs

Run = Callable[..., Result]

IN_SERVICE = {"version": "2", "beside": None, "weight": 0.0}
CANARY_KEY = "rowledger-canary/20261122T091500.250Z-2.csv"


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def run(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run a command over the fakes."""
    file = tmp_path / "outputs.json"
    file.write_text(json.dumps(outputs()))

    def wired(_release: Release, *, session: object, **given: Any) -> Rollout:  # noqa: ANN401 -- as build_rollout takes it
        assert session is boto3
        return replace(world.rollout, **given)

    monkeypatch.setattr(cli_rollout, "build_rollout", wired)

    def invoke(command: str) -> Result:
        name, *arguments = shlex.split(command)
        return CliRunner().invoke(cli, [name, "--outputs", str(file), *arguments])

    return invoke


def test_a_deployment_says_what_it_did(run: Run) -> None:
    result = run("deploy --steps 10 --interval 0")
    assert (result.exit_code, result.stderr) == (0, "")
    *moves, proof = result.stdout.splitlines()
    assert moves == [
        "applied 0004_next",
        "moved csv-administrator:live from version 1 to version 2",
        "moved csv-reconciler:live from version 1 to version 2",
        "moved csv-processor:live from version 1 to version 1, 10% at version 2",
        "moved csv-processor:live from version 1 to version 2",
    ]
    assert proof == (
        f"smoke test passed: {CANARY_KEY} (version v1):"
        " it is recorded, receipted, backed up and announced, by csv-processor:2"
    )


def test_a_deployment_as_json(run: Run) -> None:
    result = run("deploy --json")
    assert (result.exit_code, result.stderr) == (0, "")
    said = json.loads(result.stdout)
    assert (said["succeeded"], said["failure"], said["alias"]) == (True, None, "live")
    assert said["versions"]["csv-processor"] == "2"
    assert said["moved"][-1] == {"function": "csv-processor", "from": "1", "to": IN_SERVICE}
    assert said["migrated"]["migrations"] == ["0004_next"]
    assert said["canary"] == {"key": CANARY_KEY, "version_id": "v1"}
    assert said["verdict"]["passed"] is True
    assert (said["rolled_back"], said["put_back"], said["reconciled"]) == (None, [], None)


def test_a_deployment_that_fails_exits_with_1_and_says_why(run: Run, world: World) -> None:
    world.accounts = [None]
    result = run("deploy")
    assert result.exit_code == 1
    assert "put back csv-processor:live to version 1" in result.stdout
    assert "reconciled by csv-reconciler:1" in result.stdout
    (line,) = result.stderr.splitlines()
    assert line.startswith("rowledger: SMOKE_TEST: the canary rowledger-canary/")


def test_a_deployment_that_fails_as_json(run: Run, world: World) -> None:
    world.accounts = [None]
    result = run("deploy --json")
    assert result.exit_code == 1
    said = json.loads(result.stdout)
    assert (said["succeeded"], said["rolled_back"]) == (False, True)
    assert said["verdict"]["passed"] is False
    assert said["put_back"][0] == {
        "function": "csv-processor",
        "to": "1",
        "stands": {**IN_SERVICE, "version": "1"},
        "trouble": None,
    }
    assert said["reconciled"] == {"by": "csv-reconciler:1", "trouble": None}


def test_what_could_not_be_put_back_is_said_with_the_command_that_does_it(
    run: Run, world: World
) -> None:
    fault = FaultError(FaultCode.FUNCTION, "moving the alias: ServiceException")
    world.accounts = [None]
    world.functions.faults["move"] = [None, None, None, fault]
    world.functions.faults["invoke"] = [None, None, None, None, fault]
    result = run("deploy")
    assert result.exit_code == 1
    _, processor, reconciler = result.stderr.splitlines()
    assert processor == (
        "rowledger: NOT PUT BACK: csv-processor:live is at version 2, not at version 1:"
        f" {fault}. To put it back: aws lambda update-alias --function-name csv-processor"
        " --name live --function-version 1 --routing-config AdditionalVersionWeights={}"
    )
    assert reconciler == (
        "rowledger: csv-reconciler:1 was to repair what the other version left, and failed:"
        f" {fault}"
    )
    assert "put back csv-processor" not in result.stdout


def test_a_first_deployment_that_fails_says_that_there_is_no_way_back(
    run: Run, world: World
) -> None:
    assert run("deploy").exit_code == 0
    world.accounts = [None]
    result = run("deploy")
    assert result.exit_code == 1
    assert "no alias was moved, so none could be put back" in result.stderr


def test_a_rollback_says_what_it_did(run: Run, world: World) -> None:
    run("deploy")
    result = run("rollback --to 1")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "moved csv-processor:live from version 2 to version 1" in result.stdout
    assert "smoke test passed" in result.stdout
    assert world.positions == all_at("1")


def test_a_rollback_that_proves_bad_stays_and_says_so(run: Run, world: World) -> None:
    run("deploy")
    world.accounts = [None]
    result = run("rollback --to 1")
    assert result.exit_code == 1
    assert "the aliases stay where they were moved to" in result.stderr
    assert world.positions == all_at("1")


def test_the_versions_to_choose_from_are_listed(run: Run, world: World) -> None:
    world.functions.publish("csv-processor", "c")
    listed = run("rollback --list")
    assert listed.exit_code == 0
    header, newest, _, oldest = listed.stdout.splitlines()
    assert header.split()[:3] == ["csv-processor", "csv-reconciler", "csv-administrator"]
    assert newest.split()[:4] == ["3", "none", "none", "c"]
    assert oldest.split()[-2:] == ["in", "service"]
    said = json.loads(run("rollback --list --json").stdout)
    assert said[2] == {
        "version": "1",
        "others": {"csv-administrator": "1", "csv-reconciler": "1"},
        "code_sha256": "a",
        "published_at": "2026-11-22T09:15:00.000Z",
        "in_service": True,
    }
    assert world.functions.moves == []


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("deploy --steps 50,10", "rising percentages"),
        ("deploy --steps ten", "--steps"),
        ("deploy --interval -1", "--interval"),
        ("deploy --timeout 0", "--timeout"),
        ("rollback --list --to 1", "--list moves nothing"),
        # The number before is no answer: that version may have failed its smoke test.
        ("rollback", "name a version with --to"),
    ],
)
def test_what_makes_no_sense_is_wrong_usage(
    run: Run, world: World, command: str, said: str
) -> None:
    result = run(command)
    assert result.exit_code == 2
    assert said in result.output
    assert world.functions.moves == []


@pytest.mark.parametrize("command", ["deploy", "rollback"])
@pytest.mark.parametrize("content", ["", "{}", "[1]", "\0"])
def test_a_file_that_holds_no_outputs_is_wrong_usage(
    command: str, content: str, tmp_path: Path
) -> None:
    file = tmp_path / "outputs.json"
    file.write_text(content)
    result = CliRunner().invoke(cli, [command, "--outputs", str(file)])
    assert result.exit_code == 2
    assert "--outputs" in result.output


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_at_a_step_puts_everything_back(
    run: Run, world: World, number: signal.Signals
) -> None:
    before = signal.getsignal(number)
    world.when_asleep = [lambda: os.kill(os.getpid(), number)]
    result = run("deploy --steps 10")
    assert (result.exit_code, result.stderr) == (1, "rowledger: it was interrupted\n")
    assert world.positions == all_at("1")
    assert signal.getsignal(number) is before


@contextmanager
def heeded() -> Iterator[Interrupts]:
    interrupts = Interrupts()
    with interrupts.heeded():
        yield interrupts


def test_a_signal_waits_until_it_does_no_harm() -> None:
    with heeded() as interrupts:
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(KeyboardInterrupt), interrupts.interruptible():
            pytest.fail("it was not interrupted")
        with interrupts.interruptible():
            pass


def test_the_wiring_asks_for_the_contracts_alarm(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "none")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    rollout = build_rollout(read_outputs(outputs()), on_progress=lambda _doing: None)
    assert rollout.alarm in contract.load("pipeline.json")["alarms"]


def test_missing_settings_of_aws_are_a_fault(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_DEFAULT_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(FaultError, match=r"CONFIGURATION: .*: NoRegionError"):
        build_rollout(read_outputs(outputs()), on_progress=lambda _doing: None)


def test_a_rollback_of_an_environment_takes_its_names_from_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = by_hand(
        contract.load("pipeline.json"),
        region="eu-central-1",
        account_id="123456789012",
        bucket_suffix="-acme",
        alias="live",
        profile=None,
    )
    environment_files().save(KeptEnvironments(environments={"prod": kept}))
    released: list[Release] = []

    def wired(release: Release, *, session: object, **given: Any) -> Rollout:  # noqa: ANN401 -- as build_rollout takes it
        assert session == "the session of prod"
        released.append(release)
        return replace(world.rollout, **given)

    monkeypatch.setattr(cli_rollout, "build_rollout", wired)
    monkeypatch.setattr(cli_rollout, "session_of", lambda name: f"the session of {name}")
    assert CliRunner().invoke(cli, ["rollback", "--env", "prod", "--list"]).exit_code == 0
    assert released[0].input_bucket == "candidate-test-input-acme"
    assert released[0].processor.function == "csv-processor"
    done = CliRunner().invoke(cli, ["rollback", "--list"])
    assert (done.exit_code, "local has no versions" in str(done.exception)) == (1, True)
