"""The options that choose uploads, for every command that takes a selection of them."""

from datetime import UTC, date, datetime, time, timedelta
from functools import wraps
from typing import Any

import click

from rowledger.cli.parameters import Command, SuggestingChoice, moment
from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.rejection import RejectionCode
from rowledger.functions.domain.selection import Selection
from rowledger.operations.domain.suggestions import suggestion

_NAMED_DAYS = {"today": 0, "yesterday": 1}
_OPTIONS = (
    click.option("--key", help="The uploads of this object key, in every version."),
    click.option("--prefix", help="The uploads whose keys begin so."),
    click.option(
        "--name",
        help="The uploads whose names fit this pattern, such as '*.gz'; only * and ? are special.",
    ),
    click.option(
        "--status",
        type=SuggestingChoice(Status),
        help="The uploads of this status; FAILED means rejected.",
    ),
    click.option(
        "--code",
        type=SuggestingChoice(RejectionCode),
        metavar="CODE",
        help="The uploads that were rejected with this code, such as NOT_CSV.",
    ),
    click.option("--source", help="The uploads that this source judged."),
    click.option("--warned", is_flag=True, help="The accepted files that have warnings."),
    click.option(
        "--on", "day", metavar="DAY", help="Received on this day: today, yesterday or 2026-11-26."
    ),
    click.option(
        "--since",
        callback=moment,
        help="Received at this time or later: an age such as 2h, or ISO 8601.",
    ),
    click.option("--until", callback=moment, help="Received before this: an age or ISO 8601."),
)


def selection_options(command: Command) -> Command:
    """Add the options, and hand the command what they choose as the argument selection."""

    @wraps(command)
    def with_selection(*arguments: Any, **given: Any) -> Any:  # noqa: ANN401 -- as click calls it
        chosen = {name: given.pop(name) for name in _NAMES}
        return command(*arguments, selection=_selection(**chosen), **given)

    decorated: Any = with_selection
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated  # type: ignore[no-any-return]


_NAMES = ("key", "prefix", "name", "status", "code", "source", "warned", "day", "since", "until")


def _selection(
    *,
    day: str | None,
    since: datetime | None,
    until: datetime | None,
    **others: Any,  # noqa: ANN401 -- as the options give them
) -> Selection:
    for option, text in others.items():
        if text == "":
            # Mostly a variable of the shell that is not set; and an empty prefix is every key's.
            raise click.UsageError(f"--{option} is empty")
    if since and until and since >= until:
        raise click.UsageError("--since is not before --until: nothing is between them")
    if day is None:
        return Selection(since=since, until=until, **others)
    if since or until:
        raise click.UsageError("--on is a day by itself: give either it or --since and --until")
    first, next_day = day_bounds(day)
    return Selection(since=first, until=next_day, **others)


def day_bounds(day: str) -> tuple[datetime, datetime]:
    """The first moment of a day of the local time zone, and that of the next one."""
    try:
        ago = _NAMED_DAYS.get(day.lower())
        chosen = (
            date.fromisoformat(day)
            if ago is None
            else datetime.now(UTC).astimezone().date() - timedelta(days=ago)
        )
        return _midnight(chosen), _midnight(chosen + timedelta(days=1))
    except (ValueError, OverflowError):
        raise click.UsageError(
            f"--on {day!r} is neither today, yesterday nor a day such as 2026-11-26."
            f"{suggestion(day, _NAMED_DAYS)}"
        ) from None


def _midnight(day: date) -> datetime:
    # Without an offset first: the day decides which one is in force, not today.
    return datetime.combine(day, time.min).astimezone()
