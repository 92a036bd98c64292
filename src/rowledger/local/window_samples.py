"""Sample sources of which files are due, each with what becomes of its window."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from rowledger.functions.domain.sources.evaluation import WindowState
from rowledger.local.samples import Sample

# In so long the files that are on time are there.
_ENOUGH = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class WindowSample:
    """A source of which a file is due.

    Args:
        source: Its name among the demo's sources.
        shows: What a reader sees in it.
        state: What its window is evaluated as.
        on_time: Whether its file is there in time.
        late: Whether it comes after the evaluation.
    """

    source: str
    shows: str
    state: WindowState
    on_time: bool = False
    late: bool = False

    def file(self, prefix: str) -> Sample:
        """Return its file. prefix: the source's, in this run."""
        content = f"source,rows\n{prefix},1\n".encode()
        return Sample(f"{prefix}daily.csv", self.shows, content, rows=1)


WINDOW_SAMPLES = (
    WindowSample("demo-on-time", "a file that is on time", WindowState.ON_TIME, on_time=True),
    WindowSample("demo-late", "a file that comes late", WindowState.MISSING, late=True),
    WindowSample("demo-missing", "a file that does not come", WindowState.MISSING),
)


def next_due(now: datetime) -> datetime:
    """Return the next full minute by which a file can be put that is on time."""
    return (now.astimezone(UTC) + _ENOUGH).replace(second=0, microsecond=0) + timedelta(minutes=1)


def daily_at(due: datetime) -> str:
    """Return the schedule, as cron has it, of files that are due at this time of each day (UTC)."""
    return f"{due.minute} {due.hour} * * *"
