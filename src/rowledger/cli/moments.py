"""Moments as they are typed: an age such as 10m, or an ISO 8601 time."""

import re
from datetime import UTC, datetime, timedelta

import click

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def moment(_context: click.Context, _option: click.Parameter, value: str | None) -> datetime | None:
    """For click's callback; a time without an offset is in the zone of whoever types it."""
    if value is None:
        return None
    age = re.fullmatch(r"(\d+)([smhd])", value)
    try:
        if age:
            return datetime.now(UTC) - timedelta(**{_UNITS[age[2]]: int(age[1])})
        return datetime.fromisoformat(value).astimezone()
    except (ValueError, OverflowError):
        raise click.BadParameter(
            f"{value!r} is neither an age such as 10m nor an ISO 8601 time"
        ) from None
