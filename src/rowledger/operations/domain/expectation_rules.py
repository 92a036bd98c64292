"""What a schema cannot say of the expectations and calendars in sources.yaml."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise
from typing import Any
from zoneinfo import available_timezones

from rowledger.functions.domain.sources.expectation import MOST_DURATION, duration, glob_of
from rowledger.functions.domain.sources.source import name_fits
from rowledger.functions.ports.schedules import Schedules
from rowledger.operations.domain.located import LocatedDocument, Mistake, Path
from rowledger.operations.domain.suggestions import suggestion

# More than a year of what is due once a day.
_DUE_TIMES = 400
_A_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
_Found = Iterator[tuple[Path, str]]


def mistakes_of_expectations(
    document: LocatedDocument, numbers: Iterable[int], schedules: Schedules
) -> Iterator[Mistake]:
    """Yield the mistakes in the expectations of sources that the schema accepts.

    numbers: of these sources.
    """
    for number in numbers:
        calendars = _names_of_calendars(document.value)
        source, path = document.value["sources"][number], ("sources", number, "expectations")
        names: dict[str, int] = {}
        for at, each in enumerate(source.get("expectations", [])):
            if each["name"] in names:
                line = document.positions[(*path, names[each["name"]])].line
                message = f"the expectation in line {line:,} has the name {each['name']!r} already"
                yield document.mistake((*path, at, "name"), message)
            names.setdefault(each["name"], at)
            for inner, message in (
                *_of_schedule(each, schedules),
                *_of_durations(each),
                *_of_numbers(each),
                *_of_names(each, source.get("names", {})),
                *_of_calendar(each, calendars),
            ):
                yield document.mistake((*path, at, *inner), message)


def calendars_used(document: LocatedDocument) -> Collection[str]:
    """The names of the calendars that expectations name, of sources that the schema accepts."""
    named = (
        each.get("calendar")
        for source in document.value["sources"]
        for each in source.get("expectations", [])
    )
    return {name for name in named if name is not None}


def mistakes_of_calendars(
    document: LocatedDocument, numbers: Iterable[int], used: Collection[str] | None
) -> Iterator[Mistake]:
    """Yield the mistakes of calendars, and those that no expectation names.

    numbers: of the calendars that the schema accepts. used: None where that is not known.
    """
    names: dict[str, int] = {}
    for at in numbers:
        each, path = document.value["calendars"][at], ("calendars", at)
        if each["name"] in names:
            line = document.positions["calendars", names[each["name"]]].line
            message = f"the calendar in line {line:,} has the name {each['name']!r} already"
            yield document.mistake((*path, "name"), message)
        elif used is not None and each["name"] not in used:
            message = f"has no effect: no expectation has the calendar {each['name']!r}"
            yield document.mistake(path, message)
        names.setdefault(each["name"], at)
        for number, day in enumerate(each["dates"]):
            try:
                date.fromisoformat(day)
            except ValueError:
                yield document.mistake((*path, "dates", number), f"there is no day {day}")


def _names_of_calendars(whole: Mapping[str, Any]) -> Collection[str]:
    """Those that can be read; a calendar with mistakes is there all the same."""
    found = whole.get("calendars")
    listed = found if isinstance(found, list) else []
    names = [each.get("name") for each in listed if isinstance(each, dict)]
    return [name for name in names if isinstance(name, str)]


def _of_schedule(expectation: Mapping[str, Any], schedules: Schedules) -> _Found:
    zone = expectation.get("timeZone", "UTC")
    known = available_timezones()
    if zone not in known:
        meant = suggestion(zone, known)
        yield ("timeZone",), f"there is no time zone {zone!r}.{meant}".removesuffix(".")
    schedule = expectation["schedule"]
    try:
        found = schedules.due(schedule, zone if zone in known else "UTC", _A_MOMENT)
    except ValueError as error:
        yield ("schedule",), str(error)
        return
    due_times = list(islice(found, _DUE_TIMES))
    if not due_times:
        yield ("schedule",), f"has no effect: nothing is ever due at {schedule!r}"
    pause = min((later - one for one, later in pairwise(due_times)), default=timedelta.max)
    yield from _of_pause(expectation, pause)


def _of_pause(expectation: Mapping[str, Any], pause: timedelta) -> _Found:
    """Windows do not overlap: no file is in two."""
    grace = duration(expectation.get("grace", "0m"))
    between = f"two due times may be only {_hours(pause)} apart"
    if grace >= pause:
        yield ("grace",), f"must be shorter: {between}"
    elif "opens" in expectation and duration(expectation["opens"]) > pause - grace:
        yield ("opens",), f"must be {_hours(pause - grace)} at most: {between}"


def _hours(time: timedelta) -> str:
    minutes = time // timedelta(minutes=1)
    return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"


def _of_durations(expectation: Mapping[str, Any]) -> _Found:
    for name in ("opens", "grace"):
        if name in expectation and duration(expectation[name]) > MOST_DURATION:
            yield (name,), f"must not be longer than {MOST_DURATION.days} days"
    if "opens" in expectation and not duration(expectation["opens"]):
        yield ("opens",), "must be longer than nothing: a window of no time has no files"


def _of_numbers(expectation: Mapping[str, Any]) -> _Found:
    for name, least in (("files", 1), ("bytes", 0)):
        part = expectation.get(name, {})
        if part.get("minimum", least) > part.get("maximum", float("inf")):
            yield (name, "minimum"), f"must not be more than the maximum, {part['maximum']:,}"
    size = expectation.get("bytes", {})
    if size.get("minimum") == 0 and "maximum" not in size:
        yield ("bytes", "minimum"), "has no effect: no file has less than nothing"


def _of_names(expectation: Mapping[str, Any], of_source: Mapping[str, Any]) -> _Found:
    for part in ("names", "forbidden"):
        for at, pattern in enumerate(expectation.get(part, [])):
            try:
                glob = glob_of(pattern, _A_MOMENT)
            except ValueError as error:
                yield (part, at), str(error)
                continue
            if set(glob) & set("*?["):
                # Whether two patterns have a name in common is not asked: people write both.
                continue
            if "match" in of_source and not name_fits(glob, tuple(of_source["match"])):
                yield (part, at), "has no effect: names.match of the source has no such name"
            if part == "names" and name_fits(glob, tuple(of_source.get("forbidden", ()))):
                yield (part, at), "can never come: names.forbidden of the source has this name"


def _of_calendar(expectation: Mapping[str, Any], known: Collection[str]) -> _Found:
    name = expectation.get("calendar")
    if name is not None and name not in known:
        meant = suggestion(name, known)
        yield ("calendar",), f"there is no calendar {name!r}.{meant}".removesuffix(".")
