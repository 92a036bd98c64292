"""Every command has help with an example, and wrong usage is distinguished from failure."""

import click
import pytest
from click.testing import CliRunner

from rowledger.cli.main import cli

COMMANDS = cli.list_commands(cli.make_context("rowledger", ["--help"], resilient_parsing=True))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str) -> None:
    result = CliRunner().invoke(cli, [command, "--help"])
    assert result.exit_code == 0
    assert f"Example: rowledger {command}" in result.output


@pytest.mark.parametrize("command", COMMANDS)
def test_wrong_usage_exits_with_2(command: str) -> None:
    assert CliRunner().invoke(cli, [command, "--no-such-option"]).exit_code == 2


def test_an_unknown_command_is_wrong_usage() -> None:
    assert CliRunner().invoke(cli, ["frobnicate"]).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--reason", "x"], "choose with --key"),
        (["--key", "a.csv"], "--reason"),
        (["--key", "a.csv", "--reason", " "], "--reason is empty"),
        (["--prefix", "", "--reason", "x"], "--prefix is empty"),
        (["--key", "", "--reason", "x"], "--key is empty"),
        (["--dead-letters", "--prefix", "", "--reason", "x"], "--prefix is empty"),
        (["--version", "v1", "--reason", "x"], "--version needs the --key"),
        (["--dead-letters", "--status", "FAILED", "--reason", "x"], "--status chooses rows"),
        (["--since", "yesterday", "--reason", "x"], "neither an age such as 10m nor"),
        (["--since", f"{9**20}d", "--reason", "x"], "neither an age such as 10m nor"),
        (["--key", "a.csv", "--reason", "x", "--rate", "0"], "--rate"),
        (["--key", "a.csv", "--reason", "x", "--limit", "9" * 20], "--limit"),
    ],
)
def test_a_replay_that_makes_no_sense_is_wrong_usage(arguments: list[str], said: str) -> None:
    result = CliRunner().invoke(cli, ["replay", *arguments])
    assert result.exit_code == 2
    assert said in result.output


CONTEXT = click.Context(cli)
NUMBERS = [
    (name, option.opts[0])
    for name in COMMANDS
    if (command := cli.get_command(CONTEXT, name))
    for option in command.params
    if isinstance(option.type, click.types.FloatParamType)
]


@pytest.mark.parametrize(("command", "option"), NUMBERS)
def test_what_is_no_number_is_wrong_usage(command: str, option: str) -> None:
    result = CliRunner().invoke(cli, [command, option, "nan"])
    assert result.exit_code == 2
    assert "'nan' is not a number" in result.output


def test_the_options_that_take_numbers_are_found() -> None:
    assert {("replay", "--rate"), ("replay", "--timeout"), ("upload", "--timeout")} <= set(NUMBERS)


def test_a_grace_beyond_all_dates_is_wrong_usage() -> None:
    result = CliRunner().invoke(cli, ["reconcile", "--grace", "9" * 14])
    assert result.exit_code == 2
    assert "--grace" in result.output
