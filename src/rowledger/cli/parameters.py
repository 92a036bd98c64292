"""Parameters that several commands take, and how their values are read."""

import getpass
import math
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import click

from rowledger.operations.domain.suggestions import suggestion

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

Command = TypeVar("Command", bound=Callable[..., Any])


def json_option(help_text: str) -> Callable[[Command], Command]:
    """The option --json, as the argument json_output."""
    return click.option("--json", "json_output", is_flag=True, help=help_text)


def login_name() -> str:
    """Who works here, for the record; raise UsageError where the account has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        raise click.UsageError("this account has no login name: say who with --by") from None


class NumberRange(click.FloatRange):
    """A range that refuses what is no number: nan is neither below nor above any bound."""

    def convert(
        self,
        value: Any,  # noqa: ANN401 -- as click's own
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float:
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail(f"{value!r} is not a number.", param, ctx)
        return number


class SuggestingChoice(click.Choice):  # type: ignore[type-arg]
    """A choice in any case that suggests what a mistyped value may have meant."""

    def __init__(self, choices: Iterable[Any]) -> None:
        super().__init__(tuple(choices), case_sensitive=False)

    def convert(
        self,
        value: Any,  # noqa: ANN401 -- click's own
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Any:  # noqa: ANN401 -- of the choices
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            meant = suggestion(str(value), (str(each).lower() for each in self.choices))
            raise click.BadParameter(f"{error.message}{meant}", ctx, param) from error


def moment(_context: click.Context, _option: click.Parameter, value: str | None) -> datetime | None:
    """For click's callback: an age such as 10m, or an ISO 8601 time.

    A time without an offset is in the local time zone.
    """
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
