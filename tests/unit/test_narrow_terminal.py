"""In 80 columns: nothing that one copies is broken, and nothing that one needs is elided."""

from collections.abc import Callable
from datetime import UTC, datetime
from inspect import unwrap
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from rich.text import Text

from rowledger.cli.commands import rollback, versions
from rowledger.cli.commands.dead_letters import _print as print_letters
from rowledger.cli.commands.inbox import _list as list_mails
from rowledger.cli.commands.replay import Options, _print_step
from rowledger.cli.commands.rollback import _list as list_choices
from rowledger.cli.commands.show import _attempt_line, _replay_line
from rowledger.cli.commands.status import _print as print_status
from rowledger.cli.commands.summary import _print as print_summary
from rowledger.cli.main import cli
from rowledger.cli.output import output, print_rows
from rowledger.cli.times import shown_time
from rowledger.deployment.domain.rollout import Version
from rowledger.functions.domain.ledger import InProgress
from rowledger.functions.domain.ledger_requests import SummaryBy, SummaryLine
from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.selection import Selection
from rowledger.local.mail.inbox import Mail
from rowledger.operations.domain.dead_letters import DeadLetter, QueuedMessage
from rowledger.operations.domain.replay_plan import ReplayStep
from rowledger.operations.domain.service_state import FunctionInService, ServiceState
from rowledger.operations.ports.environment import Health, PartHealth
from tests.unit.builders import a_row, an_upload

SINCE = datetime(2026, 11, 22, 9, 15, tzinfo=UTC)
VERSION_ID = "3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY-and-as-long-as-they-get"


@pytest.fixture(autouse=True)
def _narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "_width", 80)


def test_rows_that_fit_are_a_table_and_others_are_blocks(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_rows(("id", "name"), [("1", "[b]a"), ("2", Text("b"))])
    assert capsys.readouterr().out.split() == ["id", "name", "1", "[b]a", "2", "b"]
    long = "x" * 100
    print_rows(("id", "name", "now"), [("1", long, "here"), ("2", "b", "")])
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["id    1", f"name  {long}", "now   here", "", "id    2", "name  b"]


def test_a_version_id_is_whole(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = (a_row(version_id=VERSION_ID), a_row(id=8))
    monkeypatch.setattr(versions, "ledger_queries", lambda _environment: None)
    monkeypatch.setattr(versions, "pages", lambda *_a, **_k: [SimpleNamespace(rows=rows)])
    command = versions.versions.callback
    assert command is not None
    unwrap(command)(SimpleNamespace(), "orders.csv", json_output=False)
    lines = capsys.readouterr().out.splitlines()
    assert f"version   {VERSION_ID}" in lines
    assert f"received  {shown_time(rows[0].received_at)}" in lines


FUNCTIONS = ("csv-reconciler-with-a-long-name", "csv-ledger-reader")
STATE = ServiceState(
    functions=tuple(
        FunctionInService(name, "live", "12", {"13": 0.1}, SINCE) for name in FUNCTIONS
    ),
    alarms={"csv-processor-errors": "ALARM"},
    failed_events=1,
    held_events=0,
    complete_through=SINCE,
    ledger_problem=None,
)


def test_a_time_since_when_is_whole(capsys: pytest.CaptureFixture[str]) -> None:
    part = PartHealth("emulator", "http://127.0.0.1:4566", healthy=True, detail="[ok]")
    print_status(Health([part], {}, None), STATE)
    said = capsys.readouterr().out
    assert said.count(f"since {shown_time(SINCE)}\n") == len(FUNCTIONS)
    assert [line for line in said.splitlines() if line.startswith("last deployed ")]
    assert "[ok]" in said
    assert all(len(line) <= 80 for line in said.splitlines())


@pytest.mark.parametrize("utc", [True, False])
def test_versions_to_go_back_to_are_readable(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, utc: bool
) -> None:
    monkeypatch.setattr("rowledger.cli.times.is_utc", lambda: utc)
    shown = shown_time(SINCE)
    assert shown.endswith("Z") is utc
    others = [SimpleNamespace(function=name) for name in FUNCTIONS]
    release = SimpleNamespace(
        processor=SimpleNamespace(function="csv-processor"),
        reconciler=others[0],
        administrator=others[1],
        others=(SimpleNamespace(function="csv-ledger-operator"),),
    )
    choice = SimpleNamespace(
        version=Version("7", "c" * 44, SINCE),
        others={"csv-ledger-operator": "6"},
        in_service=True,
    )

    class FakeContext:
        def __enter__(self) -> object:
            return SimpleNamespace(choices=lambda _release: [choice])

        def __exit__(self, *_error: object) -> None:
            """Nothing to close."""

    monkeypatch.setattr(rollback, "interruptible_rollout", lambda *_arguments: FakeContext())
    list_choices(release, None, json_output=False)  # type: ignore[arg-type]
    lines = [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()]
    assert ["published", shown] in lines
    assert ["now", "in service"] in lines
    assert ["csv-ledger-operator", "6"] in lines


@pytest.mark.parametrize(
    "line",
    [
        lambda: _attempt_line(
            {
                "attempt": 1,
                "result": "SUCCESS",
                "function_version": "csv-processor:12",
                "request_id": "11111111-2222-3333-4444-555555555555",
                "started_at": SINCE.isoformat(),
            }
        ),
        lambda: _replay_line(
            {
                "source": "ledger",
                "requested_at": SINCE.isoformat(),
                "requested_by": "ada",
                "identity": "arn:aws:iam::444455556666:user/ada",
                "reason": "the sender says that it is whole",
                "previous": None,
            }
        ),
    ],
)
def test_an_attempt_and_a_replay_fit(line: Callable[[], Text]) -> None:
    assert all(len(each) <= 80 for each in line().plain.splitlines())


LONG_KEY = "acme/2026/11/" + "orders-of-the-whole-north-eastern-region-" * 2 + "final.csv"
LONG_REASON = "StorageError: STORAGE: " + "writing the receipt failed once more " * 3 + "SlowDown"


def test_dead_letters_are_whole(capsys: pytest.CaptureFixture[str]) -> None:
    other = "acme/b.csv"
    message = QueuedMessage("id", "handle", SINCE, "{}")
    uploads = (an_upload(LONG_KEY), an_upload(other))
    print_letters([DeadLetter(message, LONG_REASON, 3, {}, uploads, None)])
    assert capsys.readouterr().out.splitlines() == [
        f"failed   {shown_time(SINCE)}",
        f"uploads  {LONG_KEY}",
        f"         {other}",
        f"reason   {LONG_REASON}",
        "tries    3",
    ]


def test_mails_are_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    subject = f"SUCCESS: {'orders-of-the-north-' * 4}final.csv"
    path = tmp_path / "01795392399660464441-0000.eml"
    path.write_text(f"To: ops@rowledger.test\nSubject: {subject}\n\nbody\n")
    list_mails([Mail(7, path)], json_output=False)
    assert f"subject  {subject}" in capsys.readouterr().out.splitlines()


def test_a_summary_is_whole(capsys: pytest.CaptureFixture[str]) -> None:
    numbers = (12_345_678, 12_345_678, 1_234_567, 1_234_567, 10**12, 10**15)
    lines = (SummaryLine(LONG_KEY, *numbers), SummaryLine("b", *numbers))
    print_summary(SummaryBy.PREFIX, lines)
    said = capsys.readouterr().out.splitlines()
    assert f"prefix      {LONG_KEY}" in said
    assert said.count("bytes       1,000,000,000,000,000") == len(lines)
    print_summary(SummaryBy.DAY, (SummaryLine("2026-11-22", 9, 1, 2, 3, 4, 10),))
    head, line = capsys.readouterr().out.splitlines()
    assert head == "day         files  succeeded  rejected  processing  rows  bytes"
    assert line == "2026-11-22      9          1         2           3     4     10"


def test_every_command_is_described_whole() -> None:
    said = CliRunner().invoke(cli, ["--help"], terminal_width=80).output
    assert "…" not in said
    assert "..." not in said.replace("[ARGS]...", "")
    words = " ".join(said.split())
    context = cli.make_context("rowledger", ["--help"], resilient_parsing=True)
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command is not None
        first = " ".join((command.help or "").split("\n\n")[0].split()).split(". ")[0]
        assert first.rstrip(".") in words


def replay_options(*, json_output: bool) -> Options:
    return Options(Selection(), False, None, None, 1, 1, True, True, 1, json_output)  # noqa: FBT003


@pytest.mark.parametrize("json_output", [True, False])
def test_a_replay_says_until_when_in_the_zone_of_every_time(
    capsys: pytest.CaptureFixture[str], *, json_output: bool
) -> None:
    upload = a_row().upload
    held = InProgress(SINCE)
    step = ReplayStep((upload,), (Status.PROCESSING,), None, skipped=held)
    _print_step(step, held, replay_options(json_output=json_output), would=True)
    said = capsys.readouterr().out
    assert (f"in progress (until {shown_time(SINCE)})" in said) is not json_output
    assert (f"in progress (until {SINCE})" in said) is json_output
