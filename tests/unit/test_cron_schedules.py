"""When something is due: on days when clocks change, too, and wherever one begins to look."""

from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rowledger.functions.adapters.cron import CronSchedules

DUE = CronSchedules().due


def local(schedule: str, zone: str, after: str, number: int) -> list[str]:
    """So many due times, in the zone; after: local, too."""
    there = ZoneInfo(zone)
    begin = datetime.fromisoformat(after).replace(tzinfo=there)
    found = islice(DUE(schedule, zone, begin), number)
    return [due.astimezone(there).strftime("%m-%d %H:%M%z") for due in found]


def test_a_due_time_in_the_gap_of_spring_is_the_first_after_it() -> None:
    assert local("30 2 * * *", "Europe/Berlin", "2026-03-27T12:00", 3) == [
        "03-28 02:30+0100",
        "03-29 03:00+0200",
        "03-30 02:30+0200",
    ]


def test_a_due_time_that_autumn_has_twice_is_due_once() -> None:
    assert local("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00", 2) == [
        "10-25 02:30+0200",
        "10-26 02:30+0100",
    ]


def test_what_is_due_every_hour_goes_on() -> None:
    assert local("0 * * * *", "Europe/Berlin", "2026-10-25T01:00", 4) == [
        "10-25 02:00+0200",
        "10-25 02:00+0100",
        "10-25 03:00+0100",
        "10-25 04:00+0100",
    ]
    assert local("0 * * * *", "Europe/Berlin", "2026-03-29T00:30", 3) == [
        "03-29 01:00+0100",
        "03-29 03:00+0200",
        "03-29 04:00+0200",
    ]


def test_half_an_hour_of_daylight_saving() -> None:
    assert local("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00", 2) == [
        "10-04 02:30+1100",
        "10-05 02:15+1100",
    ]


def test_leap_days() -> None:
    assert local("0 6 29 2 *", "UTC", "2026-01-01T00:00", 2) == [
        "02-29 06:00+0000",
        "02-29 06:00+0000",
    ]
    first, second = islice(DUE("0 6 29 2 *", "UTC", datetime(2096, 3, 1, tzinfo=UTC)), 2)
    assert (first.year, second.year) == (2104, 2108)


@pytest.mark.parametrize("zone", ["", "Europe", "../x", "Nowhere/Land", "a\0"])
def test_an_unknown_zone_is_refused(zone: str) -> None:
    with pytest.raises(ValueError, match="there is no time zone"):
        DUE("0 6 * * *", zone, datetime(2026, 1, 1, tzinfo=UTC))


def test_no_schedule_is_refused() -> None:
    with pytest.raises(ValueError, match="'x' is no schedule: wrong number of fields"):
        DUE("x", "UTC", datetime(2026, 1, 1, tzinfo=UTC))


ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Havana"]
)
SCHEDULES = st.sampled_from(
    [
        *("30 2 * * *", "0 0 * * *", "0,30 0-3 * * *", "0 * * * *", "*/20 * * * *"),
        *("15 */2 * * 0", "0 6 * * 1-5", "0 2 L * *", "59 1 8 3 *", "0 0 1 11 *"),
    ]
)
# Around the days when clocks change in these zones.
MOMENTS = st.sampled_from(
    [
        datetime(2026, month, day, tzinfo=UTC)
        for month, day in ((3, 8), (3, 29), (4, 4), (10, 3), (10, 25), (11, 1))
    ]
).flatmap(lambda day: st.integers(-2880, 2880).map(lambda m: day + timedelta(minutes=m)))


@settings(max_examples=300, deadline=None)
@given(SCHEDULES, ZONES, MOMENTS, st.integers(0, 4000))
def test_it_does_not_matter_where_one_begins(
    schedule: str, zone: str, moment: datetime, earlier: int
) -> None:
    until = moment + timedelta(days=3)

    def between(begin: datetime) -> list[datetime]:
        found = takewhile(lambda due: due <= until, DUE(schedule, zone, begin))
        return [due for due in found if due > moment]

    found = between(moment)
    assert between(moment - timedelta(minutes=earlier)) == found
    assert found == sorted(set(found))
