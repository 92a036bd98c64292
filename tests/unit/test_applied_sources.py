"""`rowledger sources apply`, `diff`, `history`, `list` and `show`, and what show tells of a key."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import pytest
from click.testing import CliRunner, Result

from rowledger.cli import applied_sources
from rowledger.cli.chains import chain_text
from rowledger.cli.commands.sources import sources
from rowledger.errors import CommandError
from rowledger.functions.domain.sources.versions import digest_of
from rowledger.operations.domain.sources_diff import differences_of
from rowledger.operations.services.applying_sources import ApplyingSources
from tests.fakes.ledger import FakeLedger
from tests.unit.builders import a_row

SOURCES = """\
version: 1
sources:
  - {name: acme, prefix: acme/, owner: ada, rows: {minimum: 2}}
  - {name: rest, prefix: ""}
"""
IN_FORCE = {
    "version": 1,
    "sources": [
        {"name": "acme", "prefix": "acme/", "owner": "ada", "rows": {"minimum": 2}},
        {"name": "rest", "prefix": ""},
    ],
}


class Somewhere:
    """An environment that is never asked for anything but who asks."""

    def identity(self) -> str:
        return "arn:ada"


class Run(Protocol):
    def __call__(self, *arguments: str) -> Result: ...


@pytest.fixture
def ledger() -> FakeLedger:
    return FakeLedger(now=lambda: datetime(2026, 11, 27, tzinfo=UTC))


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ledger: FakeLedger) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("rowledger.cli.environment.opened", lambda _name: Somewhere())
    monkeypatch.setattr(applied_sources, "opened", lambda _name: Somewhere())
    monkeypatch.setattr(applied_sources, "ledger_queries", lambda _environment: ledger.reader)
    service = ApplyingSources(ledger.reader, ledger)
    monkeypatch.setattr(applied_sources, "applying_sources", lambda _environment: service)
    Path("sources.yaml").write_text(SOURCES, encoding="utf-8")
    Path("other.yaml").write_text(SOURCES.replace("minimum: 2", "minimum: 3"), encoding="utf-8")
    return lambda *arguments: CliRunner().invoke(sources, arguments)


def test_a_file_is_applied_once_with_who_and_why(run: Run, ledger: FakeLedger) -> None:
    done = run("apply", "sources.yaml", "--reason", "they begin", "--by", "ada")
    assert (done.exit_code, done.stdout.splitlines()) == (
        0,
        ["new: acme", "new: rest", "version 1 is in force: 2 sources"],
    )
    (applied,) = ledger.sources.applied
    assert applied.document == IN_FORCE
    version = applied.applied
    assert (version.by, version.identity, version.reason) == ("ada", "arn:ada", "they begin")
    again = run("apply", "sources.yaml")
    assert again.stdout == "version 1 is in force already, and is the same\n"
    changed = run("apply", "other.yaml", "--json")
    assert json.loads(changed.stdout)["applied"] == {"version": 2, "changed": True}


def test_a_dry_run_and_diff_change_nothing(run: Run, ledger: FakeLedger) -> None:
    run("apply", "sources.yaml")
    dry = run("apply", "other.yaml", "--dry-run")
    lines = ["changed: acme", "  rows.minimum: 2 -> 3"]
    assert dry.stdout.splitlines() == [*lines, "nothing was changed: a dry run"]
    assert dry.exit_code == 0
    differing = run("diff", "other.yaml")
    assert (differing.exit_code, differing.stdout.splitlines()) == (1, lines)
    assert json.loads(run("diff", "other.yaml", "--json").stdout) == {
        "in_force": 1,
        "differences": [
            {
                "name": "acme",
                "kind": "changed",
                "parts": [{"path": "rows.minimum", "before": 2, "after": 3}],
            }
        ],
    }
    same = run("diff", "sources.yaml")
    assert (same.exit_code, same.stdout) == (0, "version 1 is in force, and is the same\n")
    assert len(ledger.sources.applied) == 1


@pytest.mark.parametrize("command", ["apply", "diff"])
def test_a_wrong_file_is_refused_whole(run: Run, ledger: FakeLedger, command: str) -> None:
    Path("wrong.yaml").write_text(SOURCES.replace("minimum", "minimun"), encoding="utf-8")
    done = run(command, "wrong.yaml")
    assert isinstance(done.exception, CommandError)
    assert "wrong.yaml is refused:\nwrong.yaml:3:" in str(done.exception)
    assert ledger.sources.applied == []


def test_more_than_one_call_takes_is_refused(run: Run, ledger: FakeLedger) -> None:
    lines = [f'  - {{name: s{n}, prefix: {n}/, description: "{"x" * 990}"}}' for n in range(6000)]
    text = "version: 1\nsources:\n" + "\n".join(lines) + "\n"
    Path("large.yaml").write_text(text, encoding="utf-8")
    done = run("apply", "large.yaml")
    assert isinstance(done.exception, CommandError)
    assert "5,000,000 bytes as JSON at most" in str(done.exception)
    assert ledger.sources.applied == []


def test_what_is_in_force_is_listed_and_shown(run: Run) -> None:
    assert run("list").exception is not None
    run("apply", "sources.yaml")
    run("apply", "other.yaml")
    assert run("list").stdout.splitlines()[1].split() == ["acme", "acme/", "ada"]
    assert json.loads(run("show", "acme").stdout)["rows"] == {"minimum": 3}
    assert json.loads(run("show", "acme", "--version", "1").stdout)["rows"] == {"minimum": 2}
    assert json.loads(run("list", "--json", "--version", "1").stdout) == IN_FORCE["sources"]
    missing = run("show", "acm").exception
    assert str(missing) == "there is no source 'acm' in force. Did you mean acme?"
    assert str(run("list", "--version", "3").exception) == "there is no version 3"
    assert run("list", "--version", "3", "--sources", "sources.yaml").exit_code == 2


def test_history_has_the_latest_first(run: Run) -> None:
    nothing = run("history")
    assert (nothing.exit_code, "no sources were ever applied here" in nothing.stderr) == (1, True)
    run("apply", "sources.yaml", "--by", "ada", "--reason", "they [begin]")
    run("apply", "other.yaml", "--by", "bob")
    lines = run("history", "--utc").stdout
    assert lines.index("bob (arn:ada)") < lines.index("ada (arn:ada)")
    assert "they [begin]" in lines
    first = json.loads(run("history", "--json").stdout.splitlines()[-1])
    assert (first["version"], first["sha256"]) == (1, digest_of(IN_FORCE))


def test_a_move_alone_is_told() -> None:
    one, two = {"name": "a", "prefix": "x"}, {"name": "b", "prefix": "x"}
    found = differences_of([one, two], [two, one])
    assert [(each.name, each.kind) for each in found] == [("b", "moved"), ("a", "moved")]
    assert differences_of([one, two], [one, two]) == []
    gone = differences_of([one, two], [{**two, "tags": ["t"]}])
    assert [(each.name, each.kind) for each in gone] == [("b", "changed"), ("a", "gone")]


def test_a_key_has_its_story() -> None:
    def upload(number: int, status: str, rows: int | None, code: str | None) -> dict[str, Any]:
        return {
            "id": number,
            "version_id": f"v{number}",
            "received_at": "2026-11-27T08:00:00+00:00",
            "status": status,
            "rows_count": rows,
            "code": code,
        }

    chain = [
        upload(1, "FAILED", None, "EMPTY_FILE"),
        upload(2, "SUCCESS", 1, None),
        upload(3, "SUCCESS", 2, None),
        upload(4, "PROCESSING", None, None),
    ]
    lines = chain_text(chain, a_row(id=2)).plain.splitlines()[1:]
    told = [line.split("  ")[-2] for line in lines]
    assert told == [
        "FAILED EMPTY_FILE",
        "SUCCESS, 1 data row, corrects 1",
        "SUCCESS, 2 data rows, replaces 2",
        "PROCESSING",
    ]
    assert [line[0] for line in lines] == [" ", ">", " ", " "]
