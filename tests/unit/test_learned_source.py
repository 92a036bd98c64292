"""What is proposed from the files of the ledger, and that it can be applied."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from rowledger.cli import learned_sources
from rowledger.cli.commands.sources import sources
from rowledger.errors import CommandError
from rowledger.functions.adapters.cron import CronSchedules
from rowledger.functions.domain.file_pages import FilePage
from rowledger.functions.domain.history import UploadHistory
from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.ledger_requests import ListFiles, ShowUpload
from rowledger.functions.domain.outcome import Status
from rowledger.operations.adapters.yaml_documents import read_yaml
from rowledger.operations.domain.learned_source import TooFewFilesError, propose_source
from rowledger.operations.domain.learned_times import UsualTimes, usual_times
from rowledger.operations.services.source_files import sources_in
from tests.unit.builders import a_row

BERLIN = ZoneInfo("Europe/Berlin")
DIALECT = {
    "delimiter": ";",
    "quote": None,
    "escape": None,
    "newline": "LF",
    "encoding": "utf-8",
    "header": True,
}
# A Monday; in winter Berlin is an hour ahead.
MONDAY = datetime(2026, 1, 5, 5, 0, tzinfo=UTC)
WEEKDAYS = [MONDAY + timedelta(days=n) for n in range(28) if n % 7 < 5]


def files(moments: list[datetime], **changes: Any) -> list[LedgerRow]:  # noqa: ANN401
    """Good files that were received then, the newest first."""
    fields = {"dialect": DIALECT, "header_sha256": "h", "rows_count": 1000, **changes}
    return [
        a_row(id=n, received_at=moment, **fields)
        for n, moment in reversed(list(enumerate(sorted(moments), 1)))
    ]


def read(text: str) -> dict[str, Any]:
    """Read a proposal as `sources check` does."""
    (source,) = sources_in(text.encode(), read_yaml, CronSchedules()).documents
    return dict(source)


class Reader:
    """A ledger of these files, the newest first."""

    def __init__(self, *rows: LedgerRow) -> None:
        self.rows = rows

    def list_files(self, request: ListFiles) -> FilePage:
        return FilePage(self.rows[: request.limit], None)

    def show_upload(self, request: ShowUpload) -> UploadHistory:
        (row,) = (each for each in self.rows if each.id == request.file_id)
        return UploadHistory(row, [], [], header=["id"])


def test_what_was_so_in_every_file_is_proposed() -> None:
    moments = [each + timedelta(minutes=n % 7) for n, each in enumerate(WEEKDAYS)]
    found = files(moments)
    found[3] = a_row(id=99, received_at=found[3].received_at, status=Status.FAILED, rows_count=None)
    text = propose_source("acme/orders/", found, ["id", 'a "b": c'], BERLIN)
    assert text == (
        "# Learned from 19 good files of 20, from 2026-01-05 to 2026-01-30.\n"
        "# It says what was, not what should be: look at each line before you apply it.\n"
        "version: 1\n"
        "sources:\n"
        '  - name: "acme-orders"\n'
        '    prefix: "acme/orders/"\n'
        "    # in each of the 19 files; another is rejected\n"
        "    dialect:\n"
        "      delimiter: semicolon\n"
        '      encoding: "utf-8"\n'
        "      header: true\n"
        "    # those of the newest 19 of 19 files; others are a warning\n"
        "    columns:\n"
        '      fields: ["id", "a \\"b\\": c"]\n'
        "      severity: warn\n"
        "    # 1,000 to 1,000 data rows, median 1,000; told is half of the fewest\n"
        "    rows: {minimum: 500}\n"
        "    # the first file of each of 19 days came between 06:00 and 06:06\n"
        "    expectations:\n"
        "      - name: daily\n"
        '        schedule: "15 6 * * 1-5"\n'
        '        timeZone: "Europe/Berlin"\n'
        "        grace: 30m\n"
    )
    source = read(text)
    assert (source["name"], source["prefix"]) == ("acme-orders", "acme/orders/")


def test_what_differs_is_a_comment() -> None:
    found = files(WEEKDAYS[:4], rows_count=1)
    comma = {**DIALECT, "delimiter": ",", "quote": '"'}
    found[0] = a_row(**{**_fields(found[0]), "dialect": comma, "header_sha256": "other"})
    text = propose_source("", found, ["id"], BERLIN)
    assert "    # delimiter is not told, as it differs: semicolon in 3, comma in 1\n" in text
    assert '    # quoteChar is not told, as it differs: none in 3, "\\"" in 1\n' in text
    assert "    # columns are not told: those of the newest are new, 1 of 4\n" in text
    assert "    # rows are not told: it is none\n" in text
    assert "    # no expectation: days on which files came: 4, of 10 that are needed\n" in text
    assert read(text)["name"] == "all-files"


def _fields(row: LedgerRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__slots__}


def test_names_that_are_not_kept_and_files_without_a_header_are_said() -> None:
    assert "names are not kept; 4 files" in propose_source("a/", files(WEEKDAYS[:4]), None, BERLIN)
    bare = files(WEEKDAYS[:4], header_sha256=None, dialect={**DIALECT, "header": False})
    text = propose_source("a/", bare, None, BERLIN)
    assert "the newest file has no header" in text
    assert "      header: false\n" in text


def test_too_few_files_teach_nothing() -> None:
    with pytest.raises(TooFewFilesError, match="2 good files came under 'a/'; at least 3"):
        propose_source("a/", files(WEEKDAYS[:2]), None, BERLIN)


@pytest.mark.parametrize(
    ("moments", "schedule"),
    [
        ([MONDAY + timedelta(days=n) for n in range(14)], "15 5 * * *"),
        ([MONDAY + timedelta(days=7 * n) for n in range(10)], "15 5 * * 1"),
        ([MONDAY + timedelta(days=n) for n in range(28) if n % 7 in {0, 2, 3}], "15 5 * * 1,3,4"),
        # The day of the files is that of the zone: near midnight it is another.
        ([MONDAY - timedelta(hours=6) + timedelta(days=n) for n in range(14)], None),
    ],
)
def test_usual_days_become_a_schedule(moments: list[datetime], schedule: str | None) -> None:
    found = usual_times(moments, UTC)
    if schedule is None:
        assert isinstance(found, UsualTimes)
        schedule = "15 23 * * *"
    assert isinstance(found, UsualTimes)
    assert found.schedule == schedule


@pytest.mark.parametrize(
    ("moments", "why"),
    [
        (WEEKDAYS[:9], "files came: 9, of 10"),
        ([MONDAY + timedelta(days=n) for n in range(0, 40, 3)], "no days of the week"),
        ([MONDAY + timedelta(days=n, hours=n % 9) for n in range(20)], "between 05:00 and 13:00"),
        ([MONDAY + timedelta(days=n, hours=18, minutes=50) for n in range(20)], "end of the day"),
    ],
)
def test_what_is_not_regular_has_no_schedule(moments: list[datetime], why: str) -> None:
    found = usual_times(moments, UTC)
    assert isinstance(found, str)
    assert why in found


@given(
    prefix=st.text(max_size=20),
    header=st.none() | st.lists(st.text(max_size=10), min_size=1, max_size=4),
    delimiter=st.sampled_from([",", ";", "\t", "|", "::", "§", None, "_"]),
    quote=st.sampled_from([None, '"', "'"]),
    escape=st.sampled_from([None, "\\"]),
    rows=st.lists(st.integers(0, 10**12), min_size=3, max_size=30),
)
def test_whatever_came_the_proposal_can_be_read(
    prefix: str,
    header: list[str] | None,
    delimiter: str | None,
    quote: str | None,
    escape: str | None,
    rows: list[int],
) -> None:
    dialect = {**DIALECT, "delimiter": delimiter, "quote": quote, "escape": escape}
    found = [
        a_row(
            id=n,
            received_at=MONDAY - timedelta(days=n),
            dialect=dialect,
            rows_count=each,
            header_sha256="h" if header else None,
        )
        for n, each in enumerate(rows, 1)
    ]
    text = propose_source(prefix, found, header, BERLIN)
    source = read(text)
    assert source["prefix"] == prefix


def test_the_command_reads_the_newest_files_of_a_prefix(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("rowledger.cli.environment.opened", lambda _name: None)
    monkeypatch.setattr(learned_sources, "ledger_queries", lambda _environment: Reader())
    nothing = CliRunner().invoke(sources, ["learn", "acme/"])
    assert isinstance(nothing.exception, CommandError)
    assert "0 good files came under 'acme/'" in str(nothing.exception)
    reader = Reader(*files(WEEKDAYS))
    monkeypatch.setattr(learned_sources, "ledger_queries", lambda _environment: reader)
    done = CliRunner().invoke(sources, ["learn", "acme/", "--limit", "5"])
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith("# Learned from 5 good files of 5, ")
    assert read(done.stdout)["name"] == "acme"
    wrong = CliRunner().invoke(sources, ["learn", "acme/", "--time-zone", "Mars/Olympus"])
    assert (wrong.exit_code, "is no time zone" in wrong.stderr) == (2, True)
