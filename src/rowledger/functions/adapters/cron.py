"""Schedules by cronsim, which does as Debian's cron on the days when clocks change."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

# From a moment within an hour that the clocks repeat, what is due in it would be found too late.
_EARLIER = timedelta(hours=6)


class CronSchedules:
    """The port's one implementation; it keeps nothing."""

    def due(self, schedule: str, time_zone: str, after: datetime) -> Iterator[datetime]:
        try:
            zone = ZoneInfo(time_zone)
        except (LookupError, OSError, ValueError):
            raise ValueError(f"there is no time zone {time_zone!r}") from None
        try:
            found = CronSim(schedule, (after - _EARLIER).astimezone(zone))
        except CronSimError as error:
            raise ValueError(f"{schedule!r} is no schedule: {_said(error)}") from None
        return _later(found, after.astimezone(UTC))


def _later(found: CronSim, after: datetime) -> Iterator[datetime]:
    for local in found:
        instant = local.astimezone(UTC)
        if instant > after:
            yield instant
            after = instant


def _said(error: CronSimError) -> str:
    text = str(error)
    return f"{text[0].lower()}{text[1:]}"
