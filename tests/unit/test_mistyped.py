"""What was mistyped or makes no sense is said before anything is asked or written."""

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from rowledger.cli.main import cli
from rowledger.cli.whole_files import whole_file
from rowledger.errors import CommandError
from rowledger.wiring.local_files import files_below, linked_folders_below


@pytest.fixture(autouse=True)
def _no_stack(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ROWLEDGER_STATE_DIR", str(tmp_path / "state"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["files", "--since", "1h", "--until", "2h"], "--since is not before --until"),
        (["logs", "--since", "1h", "--until", "2h"], "--since is not before --until"),
        (["files", "--code", "NOTCSV"], "Did you mean not_csv?"),
        (["files", "--status", "faild"], "Did you mean failed?"),
        (["files", "--on", "yesterda"], "Did you mean yesterday?"),
        (["get", "a.csv", "--input", "--backup"], "say which one"),
    ],
)
def test_wrong_usage_is_explained(arguments: list[str], said: str) -> None:
    done = CliRunner().invoke(cli, arguments)
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with (
        pytest.raises(CommandError, match=r"there is no folder .*nodir$"),
        whole_file(tmp_path / "nodir/x", force=False),
    ):
        pass


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.csv")
    done = CliRunner().invoke(cli, ["upload", str(tmp_path / "a.csv")])
    assert done.exit_code == 2
    assert "is neither a file nor a folder" in " ".join(done.stderr.split())


def test_linked_folders_are_counted(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other/b.csv").write_text("b\n")
    (tmp_path / "in/a.csv").write_text("a\n")
    (tmp_path / "in/link").symlink_to(tmp_path / "other")
    assert linked_folders_below(tmp_path / "in") == 1
    assert linked_folders_below(tmp_path / "in/a.csv") == 0
    assert files_below(tmp_path / "in") == [tmp_path / "in/a.csv"]
