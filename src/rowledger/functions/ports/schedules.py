"""The port to schedules: at which instants something is due."""

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol


class Schedules(Protocol):
    """Schedules as cron has them, in a time zone, whatever its clocks do."""

    def due(self, schedule: str, time_zone: str, after: datetime) -> Iterator[datetime]:
        """Yield the due instants that are later than a moment, in UTC and in their order.

        They are the same wherever one begins. On a day when clocks go forward, a due time that does
        not exist is the first one after the gap; on a day when they go back, one that is there
        twice is due the first time. What is due every so many minutes or hours simply goes on.

        Raises:
            ValueError: it is no schedule, or no such time zone exists.
        """
