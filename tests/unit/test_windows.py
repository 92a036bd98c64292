"""From when to when files arrive for which due time; the clock is the test's."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rowledger.functions.adapters.cron import CronSchedules
from rowledger.functions.domain.sources.expectation import Expectation
from rowledger.functions.domain.sources.windows import Timetable, Window

BERLIN = "Europe/Berlin"


def timetable(
    schedule: str = "0 6 * * 1-5",
    zone: str = "UTC",
    free_days: frozenset[date] = frozenset(),
    **rules: Any,  # noqa: ANN401 -- the fields of an expectation
) -> Timetable:
    expectation = Expectation("daily", schedule, zone, **rules)
    return Timetable(expectation, partial(CronSchedules().due, schedule, zone), free_days)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=UTC)


def shown(windows: Iterator[Window]) -> list[str]:
    return [
        " ".join(
            f"{moment:%m-%d %H:%M}" for moment in (each.opens, each.due, each.ends, each.late_until)
        )
        for each in windows
    ]


def test_a_window_opens_at_the_end_of_the_one_before() -> None:
    # A Thursday to a Monday.
    found = timetable(grace="2h").windows(at("01-08T00:00"), at("01-13T00:00"))
    assert shown(found) == [
        "01-07 08:00 01-08 06:00 01-08 08:00 01-08 19:00",
        "01-08 08:00 01-09 06:00 01-09 08:00 01-10 19:00",
        "01-09 08:00 01-12 06:00 01-12 08:00 01-12 19:00",
    ]


def test_a_window_that_opens_before_its_due_time_leaves_the_time_between_to_late_files() -> None:
    found = timetable(grace="2h", opens="4h").windows(at("01-08T00:00"), at("01-09T00:00"))
    assert shown(found) == ["01-08 02:00 01-08 06:00 01-08 08:00 01-09 02:00"]


def test_dated_names_may_be_late_for_long() -> None:
    found = timetable(names=("o_{date:%Y%m%d}.csv",)).windows(at("01-08T00:00"), at("01-09T00:00"))
    assert shown(found) == ["01-07 06:00 01-08 06:00 01-08 06:00 02-08 06:00"]


def test_on_the_days_of_its_calendar_nothing_is_due() -> None:
    free = frozenset({date(2026, 1, 9)})
    found = timetable(free_days=free).windows(at("01-08T00:00"), at("01-13T00:00"))
    assert shown(found) == [
        "01-07 06:00 01-08 06:00 01-08 06:00 01-10 06:00",
        "01-08 06:00 01-12 06:00 01-12 06:00 01-12 18:00",
    ]


def test_the_days_of_a_calendar_are_those_of_the_time_zone() -> None:
    # 23:30 in UTC, and the next day in Berlin.
    free = frozenset({date(2026, 1, 9)})
    days = timetable("30 0 * * *", BERLIN, free).windows(at("01-07T12:00"), at("01-10T12:00"))
    assert [f"{each.due:%m-%d %H:%M}" for each in days] == ["01-07 23:30", "01-09 23:30"]


def test_windows_on_the_days_when_clocks_change() -> None:
    spring = timetable("0 6 * * *", BERLIN, grace="2h")
    assert shown(spring.windows(at("03-28T12:00"), at("03-29T12:00"))) == [
        "03-28 07:00 03-29 04:00 03-29 06:00 03-29 17:00"
    ]
    autumn = timetable("30 2 * * *", BERLIN, grace="1h").windows(
        at("10-24T12:00"), at("10-26T12:00")
    )
    assert shown(autumn) == [
        "10-24 01:30 10-25 00:30 10-25 01:30 10-25 13:30",
        "10-25 01:30 10-26 01:30 10-26 02:30 10-26 14:00",
    ]


def test_a_leap_day_and_the_pause_before_it() -> None:
    (found,) = timetable("0 6 29 2 *").windows(
        datetime(2028, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
    )
    assert (found.opens.year, found.due.year, found.due.day) == (2024, 2028, 29)
    (found,) = timetable("0 6 29 2 *").windows(
        datetime(2104, 1, 1, tzinfo=UTC), datetime(2105, 1, 1, tzinfo=UTC)
    )
    assert found.opens.year == 2096


def test_the_bounds_are_the_due_times() -> None:
    daily = timetable("0 6 * * *")
    assert [each.due for each in daily.windows(at("01-08T06:00"), at("01-09T06:00"))] == [
        at("01-08T06:00")
    ]


# With a grace in minutes that is shorter than the pause.
SCHEDULES = st.sampled_from(
    [
        *(("0 6 * * *", 600), ("30 2 * * *", 1300), ("0 * * * *", 50)),
        *(("*/30 8-17 * * 1-5", 20), ("0 0 1 * *", 2000)),
    ]
).flatmap(lambda each: st.tuples(st.just(each[0]), st.integers(0, each[1])))
ZONES = st.sampled_from(["UTC", BERLIN, "America/New_York", "Australia/Lord_Howe"])
MINUTES = st.integers(0, 60 * 24 * 400)


@settings(max_examples=150, deadline=None)
@given(SCHEDULES, ZONES, MINUTES, st.lists(MINUTES, max_size=4))
def test_windows_are_the_same_however_they_are_asked_for(
    schedule: tuple[str, int], zone: str, begin: int, cuts: list[int]
) -> None:
    """A check that was down for days finds what one every few minutes finds."""
    table = timetable(schedule[0], zone, grace=f"{schedule[1]}m")
    since = at("01-01T00:00") + timedelta(minutes=begin)
    until = since + timedelta(days=3)
    whole = list(table.windows(since, until))
    moments = sorted({since, until, *(since + timedelta(minutes=cut % 4320) for cut in cuts)})
    assert [each for pair in pairwise(moments) for each in table.windows(*pair)] == whole


@settings(max_examples=150, deadline=None)
@given(SCHEDULES, ZONES, MINUTES)
def test_windows_cover_all_time_once(schedule: tuple[str, int], zone: str, begin: int) -> None:
    table = timetable(schedule[0], zone, grace=f"{schedule[1]}m")
    since = at("01-01T00:00") + timedelta(minutes=begin)
    windows = list(table.windows(since, since + timedelta(days=40)))
    assert windows
    for one, other in pairwise(windows):
        assert one.ends == other.opens
        assert one.opens <= one.due <= one.ends <= one.late_until <= other.due


@settings(max_examples=100, deadline=None)
@given(ZONES, MINUTES, st.integers(1, 20))
def test_windows_that_open_before_the_due_time_do_not_overlap(
    zone: str, begin: int, hours: int
) -> None:
    table = timetable("0 6 * * *", zone, grace="3h", opens=f"{hours}h")
    since = at("01-01T00:00") + timedelta(minutes=begin)
    for one, other in pairwise(table.windows(since, since + timedelta(days=40))):
        assert one.ends <= one.late_until <= other.opens <= other.due
