"""The options by which a file's dialect is told instead of being found."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from rowledger.functions.domain.counting.options import CountOptions, named_characters

_OPTIONS = (
    click.option("--delimiter", help="What separates fields: characters, tab, \\x01, or none."),
    click.option("--quote", help="What quotes fields: one character, or none."),
    click.option("--escape", help="What makes a quote literal: a backslash, or none."),
    click.option("--encoding", help="The encoding, such as utf-8 or shift_jis."),
    click.option(
        "--skip-lines", type=click.IntRange(min=0), default=0, help="Leave out the first lines."
    ),
    click.option("--comment", help="Leave out lines that begin with this."),
)


def dialect_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options to a command, which gets them as `told`, a CountOptions."""

    @wraps(command)
    def with_told(
        *args: Any,  # noqa: ANN401 -- whatever the command takes
        delimiter: str | None,
        quote: str | None,
        escape: str | None,
        encoding: str | None,
        skip_lines: int,
        comment: str | None,
        **kwargs: Any,  # noqa: ANN401 -- as above
    ) -> None:
        try:
            told = CountOptions(
                delimiter=_characters(delimiter),
                quote=_characters(quote),
                escape=_characters(escape),
                encoding=encoding,
                skip_lines=skip_lines,
                comment=comment,
            )
        except (ValueError, LookupError) as error:
            raise click.UsageError(f"{error}.") from error
        command(*args, told=told, **kwargs)

    for option in reversed(_OPTIONS):
        with_told = option(with_told)
    return with_told


def _characters(value: str | None) -> str | None:
    r"""Return what is meant by a name, or by an escape such as \x01 or \t."""
    if value is None or len(value) == 1:
        return value
    if value.startswith("\\") and value.strip("\\"):
        return value.encode("ascii").decode("unicode_escape")
    return named_characters(value)
