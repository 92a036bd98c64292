"""A deployment ends with the alarms that are on: nobody is mailed of those again."""

import json
from dataclasses import replace

import click
import pytest
from click.testing import CliRunner, Result

from rowledger.cli.rollout_report import finish
from rowledger.deployment.domain.rollout import RolloutReport
from tests.unit.rollout_world import ALARM, World


@pytest.fixture
def world() -> World:
    return World()


def shown(report: RolloutReport, *, json_output: bool = False) -> Result:
    @click.command()
    @click.pass_context
    def command(context: click.Context) -> None:
        finish(context, report, json_output=json_output)

    return CliRunner().invoke(command)


def test_the_alarms_that_are_on_come_last(world: World) -> None:
    """One that was on before the mail's subscription was confirmed is mailed to nobody."""
    world.rollout = replace(world.rollout, alarms_at_end=("quiet", "loud", ALARM))
    world.alarms.states |= {"quiet": [False], "loud": [True], ALARM: [True]}
    report = world.deploy()
    result = shown(report)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[-1] == f"in ALARM, and not mailed again: loud, {ALARM}"
    assert json.loads(shown(report, json_output=True).stdout)["alarms_on"] == ["loud", ALARM]


def test_a_deployment_that_fails_says_so_too(world: World) -> None:
    world.rollout = replace(world.rollout, alarms_at_end=(ALARM,))
    world.alarms.states[ALARM] = [True]
    report = world.deploy(10)
    assert report.failure is not None
    assert report.alarms_on == [ALARM]


def test_a_deployment_that_succeeded_stays_so_if_the_alarms_cannot_be_asked(world: World) -> None:
    world.rollout = replace(world.rollout, alarms_at_end=("nowhere",))
    result = shown(world.deploy())
    assert result.exit_code == 0
    assert result.stderr == (
        "rowledger: which alarms are on is not known: ALARM: there is no alarm nowhere\n"
    )
