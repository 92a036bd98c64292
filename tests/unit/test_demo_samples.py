"""The demo's sources, as each run has them."""

from datetime import UTC, datetime, timedelta

import pytest

from rowledger.functions.adapters.cron import CronSchedules
from rowledger.local.source_samples import DEMO_SOURCES, is_of_a_run, sources_for_run
from rowledger.local.window_samples import WINDOW_SAMPLES, daily_at, next_due
from rowledger.wiring.sources import read_sources


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-11-27T18:38:43.5+00:00", "2026-11-27T18:39:00+00:00"),
        ("2026-11-27T18:38:50+00:00", "2026-11-27T18:40:00+00:00"),
        ("2026-12-31T23:59:30+00:00", "2027-01-01T00:00:00+00:00"),
        ("2026-11-27T18:38:00+05:30", "2026-11-27T13:09:00+00:00"),
    ],
)
def test_what_is_due_is_due_at_the_next_minute_that_leaves_time(now: str, due: str) -> None:
    moment = datetime.fromisoformat(now)
    assert next_due(moment) == datetime.fromisoformat(due)
    first = next(CronSchedules().due(daily_at(next_due(moment)), "UTC", moment))
    assert first == datetime.fromisoformat(due)
    assert timedelta(seconds=10) <= first - moment <= timedelta(seconds=70)


def test_each_run_has_sources_of_its_own_and_those_of_nobody_else_go() -> None:
    demo = read_sources(DEMO_SOURCES).documents
    own = {"name": "acme", "prefix": "acme/"}
    first = sources_for_run("20261127t183843", "39 18 * * *", demo, [own])
    second = sources_for_run("20261127t190000", "1 19 * * *", demo, first)
    assert second[0] == own
    assert [is_of_a_run(each["name"]) for each in second] == [False] + [True] * len(demo)
    assert {each["name"] for each in first} & {each["name"] for each in second} == {"acme"}
    schedules = {
        expectation["schedule"] for each in second for expectation in each.get("expectations", ())
    }
    assert schedules == {"1 19 * * *"}


def test_each_sample_of_a_window_has_a_source_in_the_demo() -> None:
    due = {each["name"] for each in read_sources(DEMO_SOURCES).documents if "expectations" in each}
    assert {sample.source for sample in WINDOW_SAMPLES} == due
    assert next_due(datetime(2026, 11, 27, tzinfo=UTC)).tzinfo is UTC
