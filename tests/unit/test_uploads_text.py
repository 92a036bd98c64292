"""What is said where somebody stops waiting for uploads."""

import shlex

import pytest

from rowledger.cli.uploads import say_what_is_safe
from rowledger.functions.domain.upload import UploadName


@pytest.mark.parametrize(
    "key", ["orders.csv", "-dash.csv", "two words.csv", "it's.csv", "$(x).csv"]
)
def test_the_command_to_look_again_can_be_typed_as_it_is(
    key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    say_what_is_safe([UploadName("b", key, "v")])
    said = capsys.readouterr().err
    assert said.startswith("the file is in the input bucket")
    command = said.partition("rowledger show ")[2].rpartition(", or ")[0]
    words = shlex.split(command)
    assert words[-1] == key
    assert (words[0] == "--") == key.startswith("-")


def test_a_key_that_cannot_be_typed_is_not_in_a_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    say_what_is_safe([UploadName("b", "a\nb.csv", "v")] * 2)
    said = capsys.readouterr().err
    assert said.startswith("2 files are in the input bucket")
    assert "rowledger show" not in said
    assert said.endswith("rowledger files\n")


def test_nothing_is_said_of_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    say_what_is_safe([])
    assert capsys.readouterr().err == ""
