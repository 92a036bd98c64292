"""A function's log for people: the same for its own lines and for Lambda's, filtered as asked."""

import json

import pytest

from rowledger.cli.log_lines import read_line
from rowledger.operations.ports.function_logs import LogLine
from rowledger.operations.services.function_logs import lines_of_request

OWN = {
    "level": "WARNING",
    "location": "_log:1",
    "message": "offender",
    "service": "csv-reconciler",
    "function_request_id": "r1",
    "upload": {"bucket": "in", "key": "a\u001b.csv", "version_id": "v1"},
    "ledger_id": 7,
    "duration_ms": 12,
}


def line(message: str) -> LogLine:
    return LogLine(1_000, "stream", message)


def test_a_line_of_the_function_is_shown_as_text() -> None:
    shown = read_line(line(json.dumps(OWN))).text()
    assert shown == "WARNING  offender  a\\u001b.csv  ledger_id=7 duration_ms=12"


def test_an_exceptions_cause_is_on_the_line_and_its_traceback_below() -> None:
    traceback = (
        "Traceback (most recent call last):\n"
        '  File "intake.py", line 3, in take\n'
        "    raise FaultError\n"
        "FaultError: STORAGE: reading 'a.csv': SlowDown\n"
    )
    failed = {"level": "ERROR", "message": "failed", "exception": traceback}
    first, *below = read_line(line(json.dumps(failed))).text().split("\n")
    assert first == "ERROR    failed  FaultError: STORAGE: reading 'a.csv': SlowDown"
    assert below == [f"    {each}" for each in traceback.splitlines()]


def test_a_hostile_exception_makes_no_line_of_the_log() -> None:
    failed = {"level": "ERROR", "message": "x\ny", "exception": "E: a\x1b\r\nERROR  false"}
    first, *below = read_line(line(json.dumps(failed))).text().split("\n")
    assert "x\\ny" in first
    assert below == ["    E: a\\u001b", "    ERROR  false"]


@pytest.mark.parametrize("message", ["START RequestId: r1 Version: 1\n", "[]", '{"level": "LOUD"}'])
def test_any_other_line_is_shown_as_it_is(message: str) -> None:
    read = read_line(line(message))
    assert (read.level, read.text()) == (None, message.rstrip("\n"))


@pytest.mark.parametrize(("level", "shown"), [("DEBUG", True), ("WARNING", True), ("ERROR", False)])
def test_a_level_means_that_and_more_severe(level: str, *, shown: bool) -> None:
    assert read_line(line(json.dumps(OWN))).is_at_least(level) is shown
    assert not read_line(line("START")).is_at_least("DEBUG")


@pytest.mark.parametrize(
    ("file", "about"), [("a\u001b.csv", True), ("7", True), ("8", False), ("None", False)]
)
def test_a_line_is_about_a_key_or_a_ledger_id(file: str, *, about: bool) -> None:
    assert read_line(line(json.dumps(OWN))).is_about(file) is about


def test_in_one_stream_invocations_come_one_after_another() -> None:
    lines = [
        line("START RequestId: one Version: 1"),
        line("of one"),
        line("START RequestId: two Version: 1"),
        line("of two"),
    ]
    assert list(lines_of_request(lines, "one")) == lines[:2]
    assert list(lines_of_request(lines, "two")) == lines[2:]
