"""`rowledger sources`: checking a file of sources, and judging local files by it."""

import hashlib
import json
from pathlib import Path
from typing import Any, Protocol

import pytest
from click.testing import CliRunner, Result

from rowledger.cli.commands.sources import sources
from rowledger.errors import CommandError

SOURCES = """\
version: 1
sources:
  - name: acme-orders
    prefix: acme/
    owner: data@example.com
    tags: [daily]
    names: {match: ["orders*"], forbidden: ["*_test.csv"]}
    dialect: {delimiter: semicolon}
    columns: {fields: [id, amount], fieldsMatch: subset}
    rows: {minimum: 2, severity: reject}
  - name: rest
    prefix: ""
"""
GOOD = b"id;amount\n1;10\n2;20\n"
KEY = "acme/orders.csv"


class Run(Protocol):
    def __call__(self, *arguments: str, stdin: bytes = b"") -> Result: ...


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    Path("sources.yaml").write_text(SOURCES, encoding="utf-8")
    Path("wrong.yaml").write_text(SOURCES.replace("fieldsMatch", "fieldMatch"), encoding="utf-8")
    Path("good.csv").write_bytes(GOOD)

    def invoke(*arguments: str, stdin: bytes = b"") -> Result:
        return CliRunner().invoke(sources, arguments, input=stdin)

    return invoke


def test_a_good_file_is_counted(run: Run) -> None:
    done = run("check", "sources.yaml")
    assert (done.exit_code, done.stdout) == (0, "sources.yaml: 2 sources\n")
    found = json.loads(run("check", "sources.yaml", "--json").stdout)
    assert found == {"path": "sources.yaml", "sources": 2, "mistakes": []}


def test_a_wrong_file_is_refused_with_lines(run: Run) -> None:
    done = run("check", "wrong.yaml")
    assert done.exit_code == 1
    assert done.stdout == (
        "wrong.yaml:9:37: sources[0].columns.fieldMatch: there is no key 'fieldMatch' here."
        " Did you mean fieldsMatch?\n"
    )
    document = json.loads(run("check", "wrong.yaml", "--json").stdout)
    (mistake,) = document["mistakes"]
    assert (mistake["line"], mistake["column"]) == (9, 37)
    assert mistake["path"] == "sources[0].columns.fieldMatch"


@pytest.mark.parametrize(
    "arguments",
    [
        ("list", "--sources", "wrong.yaml"),
        ("show", "rest", "--sources", "wrong.yaml"),
        ("test", "good.csv", "--as", KEY, "--sources", "wrong.yaml"),
    ],
)
def test_no_command_works_on_a_wrong_file(run: Run, arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert isinstance(done.exception, CommandError)
    assert "wrong.yaml is refused:\nwrong.yaml:9:37: " in str(done.exception)


def test_names_cannot_change_the_terminal(run: Run) -> None:
    text = SOURCES.replace("data@example.com", '"\\e[31m"').replace('prefix: ""', '"\\e": 1')
    Path("odd.yaml").write_text(text, encoding="utf-8")
    assert run("check", "odd.yaml").stdout.replace("\n", "").isprintable()
    Path("odd.yaml").write_text(SOURCES.replace("daily", '"\\e[31m"'), encoding="utf-8")
    assert run("list", "--sources", "odd.yaml").stdout.replace("\n", "").isprintable()


def test_lists_and_shows_the_sources(run: Run) -> None:
    lines = run("list", "--sources", "sources.yaml").stdout.splitlines()
    assert lines[1].split() == ["acme-orders", "acme/", "orders*", "data@example.com", "daily"]
    listed = json.loads(run("list", "--sources", "sources.yaml", "--json").stdout)
    assert [each["name"] for each in listed] == ["acme-orders", "rest"]
    assert json.loads(run("show", "acme-orders", "--sources", "sources.yaml").stdout) == listed[0]
    missing = run("show", "acme-order", "--sources", "sources.yaml").exception
    assert (
        str(missing) == "there is no source 'acme-order' in sources.yaml. Did you mean acme-orders?"
    )


def judged(run: Run, *arguments: str, status: int, stdin: bytes = b"") -> dict[str, Any]:
    done = run("test", *arguments, "--json", stdin=stdin)
    assert done.exit_code == status, done.output
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_a_file_that_is_as_expected(run: Run) -> None:
    document = judged(run, "good.csv", "--as", KEY, status=0)
    assert document == {
        "path": "good.csv",
        "key": KEY,
        "source": "acme-orders",
        "status": "SUCCESS",
        "rows": 2,
        "columns": 2,
        "header": ["id", "amount"],
        "dialect": document["dialect"],
        "warnings": [],
        "error": None,
    }
    assert document["dialect"]["delimiter"] == ";"
    assert judged(run, "-", "--as", KEY, status=0, stdin=GOOD)["rows"] == 2
    assert judged(run, "good.csv", "--as", "other.csv", status=0)["source"] == "rest"


@pytest.mark.parametrize(
    ("data", "key", "code"),
    [
        (b"id;amount\n1;10\n", KEY, "ROWS_OUT_OF_RANGE"),
        (b"id,amount\n1,10\n2,20\n", KEY, "DIALECT_DIFFERS"),
        (b"", KEY, "EMPTY_FILE"),
        (GOOD, "acme/orders_test.csv", "NAME_FORBIDDEN"),
    ],
)
def test_a_file_that_would_be_rejected(run: Run, data: bytes, key: str, code: str) -> None:
    document = judged(run, "-", "--as", key, status=1, stdin=data)
    assert (document["status"], document["error"]["code"]) == ("FAILED", code)
    shown = run("test", "-", "--as", key, stdin=data)
    assert shown.exit_code == 1
    assert f"\n{code}" in shown.stdout


def test_warnings_are_shown_and_fail_nothing(run: Run) -> None:
    done = run("test", "-", "--as", KEY, stdin=b"id;price\n1;10\n2;20\n")
    assert done.exit_code == 0
    assert "status   SUCCESS" in done.stdout
    assert "COLUMNS_DIFFER: The columns differ from what is told" in done.stdout


def test_columns_are_compared_with_those_of_the_file_before(run: Run) -> None:
    Path("last.csv").write_bytes(b"id;amount;zip\n1;2;3\n2;3;4\n")
    document = judged(run, "good.csv", "--as", KEY, "--previous", "last.csv", status=0)
    assert [each["code"] for each in document["warnings"]] == ["COLUMNS_CHANGED"]
    Path("last.csv").write_bytes(b"id,amount\n1,2\n")
    bad = run("test", "good.csv", "--as", KEY, "--previous", "last.csv").exception
    assert "--previous last.csv is no good file: DIALECT_DIFFERS: " in str(bad)


def test_the_senders_word_is_compared(run: Run) -> None:
    digest = hashlib.sha256(GOOD).hexdigest()
    right = ("--told", "rows=2", "--told", f"bytes={len(GOOD)}", "--told", f"sha256={digest}")
    assert judged(run, "good.csv", "--as", KEY, *right, status=0)["warnings"] == []
    told = judged(run, "good.csv", "--as", KEY, "--told", "rows=3", status=0)
    assert [each["code"] for each in told["warnings"]] == ["ROWS_DIFFER"]
    Path("good.csv.meta.json").write_text('{"bytes": 1, "by": "acme"}', encoding="utf-8")
    beside = judged(run, "good.csv", "--as", KEY, "--sidecar", "good.csv.meta.json", status=0)
    assert [each["code"] for each in beside["warnings"]] == ["SIZE_DIFFERS"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("good.csv",), "--as"),
        (("good.csv", "--as", "a.txt"), "does not end in .csv or .csv.gz"),
        (("good.csv", "--as", KEY, "--told", "row=1"), "Did you mean rows?"),
        (("good.csv", "--as", KEY, "--told", "rows=1", "--sidecar", "x"), "give one of"),
    ],
)
def test_wrong_usage_exits_with_2(run: Run, arguments: tuple[str, ...], said: str) -> None:
    done = run("test", *arguments)
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())


@pytest.mark.parametrize(("text", "said"), [("[1]", "no JSON object"), ("{", "is no JSON: ")])
def test_a_sidecar_that_is_none_is_named(run: Run, text: str, said: str) -> None:
    Path("word.json").write_text(text, encoding="utf-8")
    done = run("test", "good.csv", "--as", KEY, "--sidecar", "word.json")
    assert said in str(done.exception)


def test_a_key_without_a_source_is_said(run: Run) -> None:
    only = SOURCES[: SOURCES.index("  - name: rest")]
    Path("sources.yaml").write_text(only, encoding="utf-8")
    done = run("test", "good.csv", "--as", "other.csv")
    assert isinstance(done.exception, CommandError)
    assert str(done.exception) == "no source in sources.yaml is for 'other.csv'"


def test_what_is_not_there_is_an_error_of_one_line(run: Run) -> None:
    for arguments in (("check", "no.yaml"), ("test", "no.csv", "--as", KEY)):
        assert isinstance(run(*arguments).exception, FileNotFoundError)
