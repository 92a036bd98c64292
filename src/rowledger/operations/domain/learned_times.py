"""When files of a source usually come: the days of the week, and the time of the day."""

import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

# On fewer days nothing is regular yet.
LEAST_DAYS = 10
# A day of the week counts where files came on so many of its dates, and not where on so few.
_USUAL, _RARE = 0.7, 0.2
# Files that come over a longer part of the day have no time of their own.
_MOST_SPREAD = timedelta(hours=6)
_STEP_MINUTES = 15
_LEAST_GRACE_MINUTES = 30
_DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class UsualTimes:
    """By when the first file of a day was there.

    Args:
        weekdays: Of 1 (Monday) to 7.
        due: Minutes after midnight by which every one had come, on a round time.
        grace: Minutes; as long as the times are apart, and half an hour at least.
        days: How many days the times are of.
        earliest, latest: Minutes after midnight.
    """

    weekdays: tuple[int, ...]
    due: int
    grace: int
    days: int
    earliest: int
    latest: int

    @property
    def schedule(self) -> str:
        """As cron has it."""
        days = "*" if len(self.weekdays) == 7 else _ranges(self.weekdays)  # noqa: PLR2004 -- of a week
        return f"{self.due % 60} {self.due // 60} * * {days}"


def usual_times(moments: Iterable[datetime], zone: tzinfo) -> UsualTimes | str:
    """Find them; or say why there are none.

    moments: when the files were received.
    """
    first: dict[date, int] = {}
    for moment in sorted(each.astimezone(zone) for each in moments):
        first.setdefault(moment.date(), moment.hour * 60 + moment.minute)
    if len(first) < LEAST_DAYS:
        return f"days on which files came: {len(first)}, of {LEAST_DAYS} that are needed"
    shares = _shares(first)
    unclear = [each for each, share in shares.items() if _RARE < share < _USUAL]
    weekdays = tuple(each for each, share in shares.items() if share >= _USUAL)
    if unclear or not weekdays:
        return "they come on no days of the week that could be told"
    minutes = [at for day, at in first.items() if day.isoweekday() in weekdays]
    earliest, latest = min(minutes), max(minutes)
    if latest - earliest > _MOST_SPREAD.total_seconds() / 60:
        middle = clock(round(statistics.median(minutes)))
        return f"they come between {clock(earliest)} and {clock(latest)}, half of them by {middle}"
    due = _rounded_up(latest + 1)
    if due >= _DAY_MINUTES:
        return f"they come until {clock(latest)}, near the end of the day"
    grace = max(_LEAST_GRACE_MINUTES, _rounded_up(latest - earliest))
    return UsualTimes(weekdays, due, grace, len(minutes), earliest, latest)


def clock(minutes: int) -> str:
    """Minutes after midnight as a time of the day."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _shares(days: Iterable[date]) -> dict[int, float]:
    """Return on which part of the dates of each day of the week files came."""
    came = set(days)
    begin, end = min(came), max(came)
    dates = [begin + timedelta(days=number) for number in range((end - begin).days + 1)]
    of_each = {n: [each for each in dates if each.isoweekday() == n] for n in range(1, 8)}
    return {n: len(came.intersection(each)) / len(each) for n, each in of_each.items() if each}


def _rounded_up(minutes: int) -> int:
    return -(-minutes // _STEP_MINUTES) * _STEP_MINUTES


def _ranges(weekdays: tuple[int, ...]) -> str:
    """Write days of the week as cron has them, three or more in a row as a range."""
    runs: list[list[int]] = []
    for day in weekdays:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    texts = [
        f"{run[0]}-{run[-1]}" if len(run) > 2 else ",".join(map(str, run))  # noqa: PLR2004 -- a range
        for run in runs
    ]

    return ",".join(texts)
