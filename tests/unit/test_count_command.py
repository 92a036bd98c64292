import json
from pathlib import Path
from typing import Protocol

import pytest
from click.testing import CliRunner, Result

from rowledger.cli.commands.count import count


class Run(Protocol):
    def __call__(self, *arguments: str, stdin: bytes = b"") -> Result: ...


GOOD = b"id;note\n1;a\n2;b\n"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    Path("good.csv").write_bytes(GOOD)
    Path("bad.csv").write_bytes(b'a,b\n1,"x\n')
    Path("empty.csv").write_bytes(b"")

    def invoke(*arguments: str, stdin: bytes = b"") -> Result:
        return CliRunner().invoke(count, arguments, input=stdin)

    return invoke


def test_prints_one_json_object_a_line(run: Run) -> None:
    result = run("--json", "good.csv", "bad.csv", "empty.csv")
    good, bad, empty = map(json.loads, result.stdout.splitlines())
    assert good == {
        "path": "good.csv",
        "rows": 2,
        "columns": 2,
        "header": ["id", "note"],
        "dialect": {
            "delimiter": ";",
            "quote": None,
            "escape": None,
            "newline": "LF",
            "encoding": "utf-8",
            "compression": None,
            "header": True,
        },
        "warnings": [],
        "error": None,
    }
    assert (bad["rows"], bad["columns"], bad["error"]) == (None, None, "UNTERMINATED_QUOTE")
    assert bad["dialect"]["quote"] == '"'
    assert (empty["dialect"], empty["error"]) == (None, "EMPTY_FILE")
    assert result.stderr == ""
    assert result.exit_code == 1


def test_exits_with_0_where_every_file_is_good(run: Run) -> None:
    assert run("good.csv").exit_code == 0
    assert json.loads(run("--json", "--no-header", "good.csv").stdout)["rows"] == 3


def test_shows_a_table_with_place_and_sentence(run: Run) -> None:
    result = run("good.csv", "bad.csv")
    _, good, bad = result.stdout.splitlines()
    assert good.split()[:3] == ["good.csv", "2", "2"]
    assert "UNTERMINATED_QUOTE (line 2, byte 6): A quote opened in line 2" in bad
    assert result.exit_code == 1


def test_reads_standard_input(run: Run) -> None:
    result = run("--json", "-", stdin=GOOD)
    assert json.loads(result.stdout)["rows"] == 2


def test_says_in_one_line_what_it_cannot_read(run: Run) -> None:
    result = run("--json", "absent.csv", ".", "good.csv")
    assert result.stderr.splitlines() == [
        "rowledger: cannot read absent.csv: No such file or directory",
        "rowledger: cannot read .: Is a directory",
    ]
    assert json.loads(result.stdout)["rows"] == 2
    assert result.exit_code == 1


def test_wrong_usage_exits_with_2(run: Run) -> None:
    assert run().exit_code == 2
    assert run("--nonsense", "good.csv").exit_code == 2


def test_counts_under_a_told_dialect(run: Run) -> None:
    Path("odd.csv").write_bytes(b"a title\nid^note\n#x\n1^'a\nb'\n2^c\n")
    told = ("--delimiter", "^", "--quote", "'", "--skip-lines", "1", "--comment", "#")
    document = json.loads(run("--json", *told, "odd.csv").stdout)
    assert (document["rows"], document["header"]) == (2, ["id", "note"])
    codes = [warning["code"] for warning in document["warnings"]]
    assert codes == ["IGNORED_LINES", "IGNORED_LINES"]


@pytest.mark.parametrize(
    ("delimiter", "text"),
    [("tab", b"a\tb\n1\t2\n"), (r"\x01", b"a\x01b\n1\x012\n"), ("||", b"a||b\n1||2\n")],
)
def test_names_delimiters_that_are_hard_to_type(run: Run, delimiter: str, text: bytes) -> None:
    document = json.loads(run("--json", "--delimiter", delimiter, "-", stdin=text).stdout)
    assert (document["columns"], document["rows"]) == (2, 1)


def test_tells_an_encoding(run: Run) -> None:
    text = "名,表\n1,能\n".encode("shift_jis")
    document = json.loads(run("--json", "--encoding", "shift_jis", "-", stdin=text).stdout)
    assert (document["rows"], document["header"]) == (1, ["名", "表"])


@pytest.mark.parametrize(
    "wrong",
    [("--encoding", "nonsense"), ("--quote", "ab"), ("--escape", "x"), ("--explain", "--json")],
)
def test_refuses_what_cannot_be_told(run: Run, wrong: tuple[str, str]) -> None:
    assert run(*wrong, "good.csv").exit_code == 2


def test_explains_what_was_tried_and_how_to_lock_it(run: Run) -> None:
    result = run("--explain", "good.csv")
    assert "--delimiter ';' --quote '\"' --escape none good.csv" in result.stdout
    assert "one column" in result.stdout
    assert result.exit_code == 0


def test_shows_warnings_with_their_place(run: Run) -> None:
    Path("ragged.csv").write_bytes(b"a,b\n1,2\n3\n")
    assert "ragged.csv: RAGGED_RECORDS (line 3, byte 8): 1 of 2 records" in run("ragged.csv").stdout
