"""How times are shown to people: all in one zone, and always with its offset."""

from datetime import UTC, datetime
from typing import Any

import click

from rowledger.cli.parameters import Command

_KEY = "rowledger.utc"


def utc_option(command: Command) -> Command:
    """Add --utc: times are shown in UTC, else in the local time zone."""
    option = click.option(
        "--utc",
        is_flag=True,
        expose_value=False,
        callback=_remember,
        help="Show times in UTC, not in the local time zone.",
    )
    return option(command)


def shown_time(moment: datetime | str) -> str:
    """To the second, with the offset: 2026-11-26 08:15:03 +01:00, or …Z.

    moment: a text is in ISO 8601, as the database writes times into JSON.
    """
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    if is_utc():
        return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"
    local = moment.astimezone()
    offset = f"{local:%z}"
    return f"{local:%Y-%m-%d %H:%M:%S} {offset[:3]}:{offset[3:5]}"


def is_utc() -> bool:
    """Whether the command was told --utc."""
    context = click.get_current_context(silent=True)
    return bool(context is not None and context.meta.get(_KEY))


def _remember(context: click.Context, _option: click.Parameter, value: Any) -> None:  # noqa: ANN401 -- a flag
    context.meta[_KEY] = bool(value)
