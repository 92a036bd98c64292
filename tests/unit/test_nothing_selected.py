"""Where nothing is selected, a command says so and exits with 1."""

import json
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from rowledger.cli.main import cli
from rowledger.operations.ports.function_logs import LogLine

LINES = [LogLine(1_000, "s", json.dumps({"level": "INFO", "message": "accounted for"}))]


@pytest.fixture
def _log(monkeypatch: pytest.MonkeyPatch) -> None:
    class FakeLogs:
        def read(self, _since_ms: int) -> Iterator[LogLine]:
            yield from LINES

    monkeypatch.setattr(
        "rowledger.cli.environment.open_environment", lambda _name: SimpleNamespace(is_local=True)
    )
    monkeypatch.setattr("rowledger.cli.commands.logs.function_logs", lambda *_given: FakeLogs())


@pytest.mark.usefixtures("_log")
@pytest.mark.parametrize("options", [("--file", "nope.csv"), ("--level", "error")])
def test_no_line_is_said(options: tuple[str, ...]) -> None:
    done = CliRunner().invoke(cli, ["logs", *options])
    assert (done.exit_code, done.stdout, done.stderr) == (1, "", "No line is selected.\n")


@pytest.mark.usefixtures("_log")
def test_a_line_is_shown() -> None:
    done = CliRunner().invoke(cli, ["logs", "--level", "info"])
    assert (done.exit_code, done.stderr) == (0, "")
    assert "accounted for" in done.stdout
