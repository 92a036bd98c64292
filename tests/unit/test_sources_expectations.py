"""Expectations and calendars of sources.yaml: what is read, and what is refused with its line."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rowledger.functions import contract
from rowledger.functions.adapters.cron import CronSchedules
from rowledger.functions.domain.sources.expectation import (
    Expectation,
    ExpectedBytes,
    ExpectedFiles,
    duration,
    glob_of,
)
from rowledger.functions.domain.sources.source import Source
from rowledger.operations.adapters.yaml_documents import read_yaml
from rowledger.operations.services.source_files import sources_in
from tests.unit.test_sources_file import mistakes_in, mistakes_of

FULL = """\
version: 1
calendars:
  - name: holidays
    dates: [2026-12-25, 2026-12-26]
sources:
  - name: acme-orders
    prefix: acme/orders/
    expectations:
      - name: daily
        schedule: "0 6 * * 1-5"
        timeZone: Europe/Berlin
        opens: 4h
        grace: 2h
        files: {minimum: 2, maximum: 3}
        names: ["orders_{date:%Y%m%d}.csv", "returns_{date-1:%Y%m%d}*.csv"]
        forbidden: ["*.tmp.csv"]
        bytes: {minimum: 10}
        calendar: holidays
"""


def test_a_file_with_every_part_is_read() -> None:
    (source,) = sources_in(FULL.encode(), read_yaml, CronSchedules()).sources
    (found,) = source.expectations
    assert found == Expectation(
        name="daily",
        schedule="0 6 * * 1-5",
        time_zone="Europe/Berlin",
        opens="4h",
        grace="2h",
        files=ExpectedFiles(2, 3),
        names=("orders_{date:%Y%m%d}.csv", "returns_{date-1:%Y%m%d}*.csv"),
        forbidden=("*.tmp.csv",),
        bytes=ExpectedBytes(minimum=10),
        calendar="holidays",
    )
    assert (found.opens_before, found.grace_time) == (timedelta(hours=4), timedelta(hours=2))


def test_defaults_are_those_of_the_schema() -> None:
    parts = contract.load("sources.schema.json")["$defs"]
    properties = parts["expectation"]["properties"]
    told = {key: each["default"] for key, each in properties.items() if "default" in each}
    told["files"] = {"minimum": parts["expectedFiles"]["properties"]["minimum"]["default"]}
    least = {"name": "a", "schedule": "0 6 * * *"}
    source = Source.read({"name": "a", "prefix": "", "expectations": [{**least, **told}]})
    assert told.keys() >= {"timeZone", "grace", "files"}
    assert source.expectations == (Expectation("a", "0 6 * * *"),)


@pytest.mark.parametrize(
    ("expectation", "said"),
    [
        ({"schedule": "0 6 * *"}, "schedule: must be the five fields of cron"),
        ({"schedule": "0 0 6 * * 1"}, "schedule: must be the five fields of cron"),
        ({"schedule": "0 25 * * *"}, "schedule: '0 25 * * *' is no schedule: bad hour"),
        ({"schedule": "0 6 30 2 *"}, "schedule: '0 6 30 2 *' is no schedule: bad day-of-month"),
        ({"schedule": "0 6 */31 * 1#2"}, "has no effect: nothing is ever due at '0 6 */31 * 1#2'"),
        ({"timeZone": "Europe/Berln"}, "no time zone 'Europe/Berln'. Did you mean Europe/Berlin?"),
        ({"timeZone": "../etc"}, "there is no time zone '../etc'"),
        ({"timeZone": "Europe"}, "there is no time zone 'Europe'"),
        ({"grace": "2"}, "grace: must be a number of minutes, hours or days, such as 90m"),
        ({"schedule": "0 6 1 1 *", "grace": "32d"}, "grace: must not be longer than 31 days"),
        ({"schedule": "0 6 1 1 *", "opens": "745h"}, "opens: must not be longer than 31 days"),
        ({"grace": "24h"}, "grace: must be shorter: two due times may be only 24h apart"),
        (
            {"grace": "23h", "timeZone": "Europe/Berlin"},
            "grace: must be shorter: two due times may be only 23h apart",
        ),
        ({"schedule": "*/45 * * * *", "grace": "15m"}, "two due times may be only 15m apart"),
        ({"grace": "4h", "opens": "21h"}, "opens: must be 20h at most: two due times may be only"),
        ({"opens": "0h"}, "opens: must be longer than nothing"),
        ({"files": {}}, "files: must not be empty"),
        ({"files": {"minimum": 0}}, "files.minimum: must be 1 or more"),
        ({"files": {"minimum": 3, "maximum": 2}}, "must not be more than the maximum, 2"),
        ({"bytes": {"minimum": 3, "maximum": 2}}, "must not be more than the maximum, 2"),
        ({"bytes": {"minimum": 0}}, "has no effect: no file has less than nothing"),
        ({"names": ["a/b"]}, "must be the pattern of a file's name, without a slash"),
        ({"names": ["{date:%B}"]}, "names[0]: the format '%B' is none of %Y, %y, %m, %d, %j"),
        ({"names": ["{day:%d}"]}, "names[0]: braces are for dates, such as {date:%Y%m%d}"),
        ({"forbidden": ["}"]}, "forbidden[0]: braces are for dates"),
        ({"names": ["returns.csv"]}, "has no effect: names.match of the source has no such name"),
        ({"names": ["o_test.csv"]}, "can never come: names.forbidden of the source has this name"),
        ({"calendar": "holiday"}, "calendar: there is no calendar 'holiday'"),
        ({"due": "6:00"}, "there is no key 'due' here."),
    ],
)
def test_what_cannot_be_or_has_no_effect_is_refused(expectation: dict[str, Any], said: str) -> None:
    (found,) = mistakes_of(
        names={"match": ["o*"], "forbidden": ["*_test.csv"]},
        expectations=[{"name": "daily", "schedule": "0 6 * * *", **expectation}],
    )
    assert found.startswith("sources[0].expectations[0].")
    assert said in found


def test_every_mistake_has_its_line() -> None:
    text = """\
version: 1
sources:
  - name: a
    prefix: a/
    expectations:
      - {name: daily, schedule: "0 6 * * *", calendar: holydays}
      - name: daily
        schedule: "61 6 * * *"
calendars:
  - name: holidays
    dates: [2026-02-30]
  - {name: holidays, dates: [2026-12-25]}
  - {name: other, dates: [2026-12-25]}
"""
    path = "sources[0].expectations"
    assert mistakes_in(text) == [
        f"6: {path}[0].calendar: there is no calendar 'holydays'. Did you mean holidays?",
        f"7: {path}[1].name: the expectation in line 6 has the name 'daily' already",
        f"8: {path}[1].schedule: '61 6 * * *' is no schedule: bad minute",
        "10: calendars[0]: has no effect: no expectation has the calendar 'holidays'",
        "11: calendars[0].dates[0]: there is no day 2026-02-30",
        "12: calendars[1].name: the calendar in line 10 has the name 'holidays' already",
        "13: calendars[2]: has no effect: no expectation has the calendar 'other'",
    ]


def test_a_mistake_in_a_source_does_not_make_calendars_useless() -> None:
    document = {
        "version": 1,
        "sources": [
            {"name": "a", "prefix": "", "rows": 1, "expectations": [{"calendar": "holidays"}]}
        ],
        "calendars": [{"name": "holidays", "dates": ["2026-12-25"]}],
    }
    assert all("holidays" not in each for each in mistakes_in(json.dumps(document)))


@pytest.mark.parametrize(
    ("pattern", "glob"),
    [
        ("orders_*.csv", "orders_*.csv"),
        ("o_{date:%Y%m%d}.csv", "o_20240301.csv"),
        ("o_{date-1:%Y-%m-%d}*.csv", "o_2024-02-29*.csv"),
        ("{date:%y}{date+1:%j}_{date:%H%M}.csv", "24062_0630.csv"),
    ],
)
def test_names_have_the_date_of_the_due_time(pattern: str, glob: str) -> None:
    assert glob_of(pattern, datetime(2024, 3, 1, 6, 30, tzinfo=UTC)) == glob


def test_durations() -> None:
    assert [duration(text) for text in ("90m", "2h", "1d")] == [
        timedelta(minutes=90),
        timedelta(hours=2),
        timedelta(hours=24),
    ]
