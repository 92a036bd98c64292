"""An expectation: which files of a source are due when, as sources.yaml tells it.

What each part means is said in contract/sources.schema.json, from which docs/sources.md is made.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

# A window and what may still come late for it stay within the time that is looked back on.
MOST_DURATION = timedelta(days=31)
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_DATE = re.compile(r"\{date([+-][0-9]{1,3})?:([^{}]*)\}")
_FORMAT = re.compile(r"(?:%[YymdjHM]|[A-Za-z0-9._-])+")


@dataclass(frozen=True, slots=True)
class ExpectedFiles:
    """How many good files; maximum: None for any number."""

    minimum: int = 1
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class ExpectedBytes:
    """Of the files together; None for no bound."""

    minimum: int | None = None
    maximum: int | None = None

    def __contains__(self, number: int) -> bool:
        above = self.minimum is None or number >= self.minimum
        return above and (self.maximum is None or number <= self.maximum)


@dataclass(frozen=True, slots=True)
class Expectation:
    """schedule: by cron. opens, grace: as durations are written, such as 4h.

    opens: None where a window opens at the end of the one before. calendar: its name.
    """

    name: str
    schedule: str
    time_zone: str = "UTC"
    opens: str | None = None
    grace: str = "0m"
    files: ExpectedFiles = ExpectedFiles()
    names: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    bytes: ExpectedBytes = ExpectedBytes()
    calendar: str | None = None

    @property
    def grace_time(self) -> timedelta:
        return duration(self.grace)

    @property
    def opens_before(self) -> timedelta | None:
        return None if self.opens is None else duration(self.opens)

    @property
    def names_are_dated(self) -> bool:
        """Whether a file says by its name which window it is for."""
        return bool(self.names) and all(_DATE.search(name) for name in self.names)


def duration(text: str) -> timedelta:
    """Read a duration such as 90m, 2h or 1d; a day has 24 hours."""
    return timedelta(**{_UNITS[text[-1]]: int(text[:-1])})


def glob_of(pattern: str, due: datetime) -> str:
    """Put a due time into the pattern of a name; raise ValueError where that cannot be.

    due: in the expectation's time zone.
    """

    def dated(found: re.Match[str]) -> str:
        days, wanted = found.groups()
        if not _FORMAT.fullmatch(wanted):
            raise ValueError(f"the format {wanted!r} is none of %Y, %y, %m, %d, %j, %H and %M")
        try:
            return (due + timedelta(days=int(days or 0))).strftime(wanted)
        except OverflowError:
            raise ValueError(f"there is no such day: {found[0]}") from None

    glob = _DATE.sub(dated, pattern)
    if "{" in glob or "}" in glob:
        raise ValueError("braces are for dates, such as {date:%Y%m%d}")
    return glob
