"""The commands as a user types them, on the running stack."""

import csv
import gzip
import json
import subprocess
from collections.abc import Callable
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from jsonschema import Draft202012Validator

from rowledger.functions import contract
from rowledger.local.processes import postgres_programs
from rowledger.local.stack import Stack
from tests.e2e.cli import Result, invoke_in_a_process

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

FIVE_COLUMNS = """
SELECT id, filename, status, timestamp, rows_count FROM file_metadata WHERE filename LIKE 'psql/%'
"""

Run = Callable[..., Result]


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good one+ä.csv"
    path.write_bytes(b"a,b\n1,2\n3,4\n")
    return path


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "bad.csv"
    path.write_bytes(b'a,b\n1,2\n"open\n')
    return path


def test_upload_follows_files_and_fails_if_one_was_rejected(
    run: Run, good: Path, bad: Path
) -> None:
    done = run("upload", str(good), "--prefix", "cli/")
    assert (done.status, done.err) == (0, "")
    assert "SUCCESS  cli/good one+ä.csv: 2 data rows" in done.out
    done = run("upload", str(good), str(bad), "--prefix", "cli/")
    assert done.status == 1
    assert "FAILED UNTERMINATED_QUOTE  cli/bad.csv" in done.out
    assert "line 3, byte 8" in done.out


def test_upload_answers_programs_in_json(run: Run, good: Path) -> None:
    done = run("upload", str(good), "--json")
    (row,) = (json.loads(line) for line in done.out.splitlines())
    assert (row["status"], row["rows_count"]) == ("SUCCESS", 2)


@pytest.mark.parametrize("name", ["absent.csv", "notes.txt"])
def test_upload_refuses_what_cannot_be_taken(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / "notes.txt").write_text("text")
    done = run("upload", str(tmp_path / name))
    assert done.status == 2
    assert name in done.err


def test_files_and_show_tell_what_became_of_a_file(run: Run, good: Path) -> None:
    run("upload", str(good), "--prefix", "shown/")
    done = run("files", "--key", f"shown/{good.name}", "--json")
    (row,) = (json.loads(line) for line in done.out.splitlines())
    shown = json.loads(run("show", row["filename"], "--json").out)
    assert shown["ledger"]["version_id"] == row["version_id"]
    (attempt,) = shown["ledger"]["attempts"]
    assert attempt["result"] == "SUCCESS"
    name, version = attempt["function_version"].split(":")
    assert (name, version == "$LATEST" or version.isdecimal()) == ("csv-processor", True)
    Draft202012Validator(contract.load("result.schema.json")).validate(shown["receipt"])
    assert shown["backup"]["size_bytes"] == good.stat().st_size
    text = run("show", row["filename"]).out
    assert "data rows" in text
    assert f"attempt 1: SUCCESS by {attempt['function_version']}" in text
    assert row["filename"] in run("files").out


def test_show_tells_a_receipt_that_is_gone_from_one_that_was_written_over(
    run: Run, good: Path, stack: Stack
) -> None:
    s3: S3Client = stack.client("s3")
    row = json.loads(run("upload", str(good), "--prefix", "spoilt/", "--json").out)
    place = {"Bucket": stack.settings["ROWLEDGER_OUTPUT_BUCKET"], "Key": row["receipt_key"]}
    for body in (b"no JSON", b"\xff", b"[]"):
        s3.put_object(**place, Body=body)
        done = run("show", row["filename"])
        assert (done.status, done.out, len(done.err.splitlines())) == (1, "", 1)
        assert f"{row['receipt_key']} is no receipt" in done.err
    s3.put_object(**place, Body=b'{"status": "FAILED"}')
    said = run("show", row["filename"])
    assert "DIFFERS: the receipt says status 'FAILED', the ledger 'SUCCESS'" in said.err
    s3.delete_object(**place)
    s3.delete_object(Bucket=stack.settings["ROWLEDGER_BACKUP_BUCKET"], Key=row["backup_key"])
    text = run("show", row["filename"]).out
    assert text.endswith("The receipt is missing.\n")
    assert run("reconcile").status == 0
    assert "missing" not in run("show", row["filename"]).out


def test_an_unknown_file_is_one_clear_line(run: Run) -> None:
    done = run("show", "no-such.csv")
    assert (done.status, done.out) == (1, "")
    assert done.err.splitlines() == [
        "rowledger: the ledger has no upload 'no-such.csv'; see: rowledger files"
    ]


def test_the_inbox_and_the_logs_show_the_upload(run: Run, bad: Path, good: Path) -> None:
    run("upload", str(bad), "--prefix", "told/")
    # On a busy machine the emulator gives the last lines of an invocation to the next one.
    run("upload", str(good), "--prefix", "told/")
    assert "accounted for  told/bad.csv  status=FAILED" in run("logs", "--file", "told/bad.csv").out
    assert '"key":"told/bad.csv"' in run("logs", "--raw").out.replace(" ", "")
    assert run("logs", "--since", "1h", "--level", "critical").out == ""
    subjects = [mail["subject"] for mail in json.loads(run("inbox", "--json").out)]
    assert "FAILED: told/bad.csv (UNTERMINATED_QUOTE)" in subjects


def test_psql_shows_the_five_columns(run: Run, good: Path, stack: Stack) -> None:
    run("upload", str(good), "--prefix", "psql/")
    reader = stack.database.reader
    done = subprocess.run(
        [
            postgres_programs.folder() / "psql",
            *("--host", reader.host, "--port", str(reader.port), "--username", reader.username),
            *("--no-psqlrc", "--csv", "--command"),
            FIVE_COLUMNS,
            reader.database,
        ],
        capture_output=True,
        text=True,
        check=True,
        env={"PGPASSFILE": str(stack.layout.pgpass_file)},
    )
    (row,) = csv.DictReader(done.stdout.splitlines())
    assert list(row) == ["id", "filename", "status", "timestamp", "rows_count"]
    assert (row["filename"], row["status"], row["rows_count"]) == (
        f"psql/{good.name}",
        "SUCCESS",
        "2",
    )


def test_migrate_says_that_nothing_is_left_to_do(run: Run, stack: Stack) -> None:
    owner = stack.database.owner
    arguments = [owner.connection_string, "--username", owner.username, "--tls", "local"]
    # In a process of its own: it asks for the password where a terminal would hide it.
    done = invoke_in_a_process("migrate", *arguments, "--dry-run", input_text=f"{owner.password}\n")
    assert (done.status, done.out.splitlines()[-1]) == (0, "the schema is up to date")
    done = run("migrate", *arguments, "--password", "wrong")
    assert done.status == 1
    assert done.err == "rowledger: DATABASE_REFUSED: the database refuses the credentials (28P01)\n"


def test_the_demo_reaches_every_expected_outcome_twice(run: Run, stack: Stack) -> None:
    # The second time as it is installed, in a process of its own.
    for demo in (run, partial(invoke_in_a_process, state_dir=stack.state_dir)):
        done = demo("demo")
        *_, address, last = done.out.splitlines()
        # Good for once; the console goes on until the stack is stopped, or started again.
        assert [opened(address), opened(address)] == [303, 403]
        assert last == "demo: 25 files, 25 as expected; 3 due files, 3 as expected"
        assert (done.status, done.err) == (0, "")


def opened(address: str) -> int:
    """Open an address, and return the status of its answer."""
    parts = urlsplit(address)
    connection = HTTPConnection(parts.netloc, timeout=30)
    connection.request("GET", f"{parts.path}?{parts.query}")
    status = connection.getresponse().status
    connection.close()
    return status


def test_up_refuses_a_setting_that_the_function_would_refuse(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROWLEDGER_HEADER", "yes")
    done = run("up")
    assert (done.status, len(done.err.splitlines())) == (1, 1)
    assert "CONFIGURATION: ROWLEDGER_HEADER must be true or false, not 'yes'" in done.err
    assert run("status").status == 0


@pytest.mark.parametrize("command", [["show", "\udcff.csv"], ["files", "--key", "\udcff"]])
def test_a_name_that_is_no_text_is_one_clear_line(stack: Stack, command: list[str]) -> None:
    # In a process of its own, whose arguments are bytes.
    done = invoke_in_a_process(*command, state_dir=stack.state_dir)
    assert (done.status, len(done.err.splitlines())) == (1, 1)
    assert "not valid text" in done.err


def test_an_export_of_nothing_leaves_the_file_that_is_there(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "kept.csv"
    for there in (True, False):
        if there:
            target.write_text("precious")
        done = run("export", "-o", str(target), "--force", "--prefix", "nothing/of/it/")
        assert (done.status, done.err) == (1, "No upload is selected.\n")
        assert target.exists() == there
        assert not there or target.read_text() == "precious"
        target.unlink(missing_ok=True)


def test_a_rejection_at_no_line_is_shown_with_its_bytes(run: Run, tmp_path: Path) -> None:
    torn = tmp_path / "torn.csv.gz"
    torn.write_bytes(gzip.compress(b"a,b\n1,2\n" * 100)[:-8] + b"ruined..")
    run("upload", str(torn), "--prefix", "cli/")
    done = run("show", "cli/torn.csv.gz", "--context")
    assert (done.status, done.err) == (0, "")
    assert "the bytes around the place" in done.out
    assert "72 75 69 6e" in done.out  # ruin
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    run("upload", str(empty), "--prefix", "cli/")
    done = run("show", "cli/empty.csv", "--context")
    assert "EMPTY_FILE" in done.out
    assert "rejected as a whole: there is no place to show" in done.out


def test_a_list_of_passes_names_each_of_its_values(run: Run) -> None:
    assert run("reconcile", "--json").status in (0, 1)
    done = run("reconcile", "--list")
    latest = json.loads(run("reconcile", "--list", "--json").out.splitlines()[0])
    block = done.out.splitlines()[:4]
    assert block[0].startswith(f"pass {latest['pass']}, began ")
    assert block[1].startswith("  ended ")
    assert block[2].startswith("  complete through ")
    assert block[3].startswith(f"  received {latest['received']:,}, missing {latest['missing']:,}")
