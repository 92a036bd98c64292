"""What commands print of strangers' names and mails holds no control and hides nothing."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rowledger.cli.main import cli
from rowledger.cli.output import as_json, output, print_json
from rowledger.cli.tables import files_table
from rowledger.local.layout import STATE_DIR_VARIABLE, Layout
from tests.unit.test_intake import World

HOSTILE = "a\x1b[2J\x9b31m\x7f\u202e\u2028[bold]b[/bold]"


@pytest.fixture
def inbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An inbox with one mail, of somebody who is not the pipeline."""
    layout = Layout(tmp_path / "state")
    layout.create()
    mail = (
        f"Subject: {HOSTILE.replace(chr(0x1B), '')}\r\nTo: o\x9bps@rowledger.test\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\n\r\nfirst {HOSTILE}\r\n\tsecond\r\n"
    )
    (layout.inbox / "01795392399660464441-0000.eml").write_bytes(mail.encode())
    monkeypatch.setenv(STATE_DIR_VARIABLE, str(layout.root))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def is_safe(said: str) -> bool:
    return said.replace("\n", "").replace("\t", "").isprintable()


@pytest.mark.usefixtures("inbox")
@pytest.mark.parametrize("option", [(), ("--json",)])
@pytest.mark.parametrize("which", [(), ("--last",), ("1",)])
def test_a_mail_is_shown_without_its_controls(
    which: tuple[str, ...], option: tuple[str, ...]
) -> None:
    done = run("inbox", *which, *option)
    assert done.exit_code == 0
    assert is_safe(done.output)
    assert "[bold]" in done.output


@pytest.mark.usefixtures("inbox")
def test_a_mails_lines_stay_its_lines() -> None:
    *_, first, second = run("inbox", "--last").output.rstrip("\n").splitlines()
    assert first.startswith("first a\\u001b[2J")
    assert second == "\tsecond"


@pytest.mark.usefixtures("inbox")
@pytest.mark.parametrize("option", [(), ("--json",)])
def test_no_mail_is_said(option: tuple[str, ...]) -> None:
    done = run("inbox", "--subject", "zzz", *option)
    assert (done.exit_code, done.stderr) == (1, "No mail is selected.\n")


def test_json_means_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"key": HOSTILE})
    for said in (as_json({"key": HOSTILE}), capsys.readouterr().out):
        assert is_safe(said)
        assert json.loads(said) == {"key": HOSTILE}


def test_a_long_name_loses_nothing_in_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    world = World()
    world.take(world.put(key="long-" * 200 + "end.csv"), "r1")
    output.print(files_table(world.ledger.ledger_rows()))
    said = capsys.readouterr().out
    assert "end.csv" in said
    assert "…" not in said


def test_a_local_file_is_refused_by_a_safe_name(tmp_path: Path) -> None:
    path = tmp_path / f"{HOSTILE.replace('/', '')}.txt"
    path.write_bytes(b"a\n")
    done = run("upload", str(path))
    assert done.exit_code == 2
    assert is_safe(done.output)
    assert "the pipeline takes names that end in .csv" in done.output
