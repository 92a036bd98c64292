"""The options that say what a sender tells of a file."""

import json
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any

import click

from rowledger.cli.parameters import Command
from rowledger.errors import CommandError
from rowledger.functions.domain.sources.sender_word import SenderWord
from rowledger.functions.domain.sources.source import SenderFact
from rowledger.operations.domain.suggestions import suggestion

_OPTIONS = (
    click.option(
        "--told",
        metavar="NAME=VALUE",
        multiple=True,
        help="What the sender tells of the file: rows, bytes or sha256. May be repeated.",
    ),
    click.option(
        "--sidecar",
        type=click.Path(dir_okay=False, path_type=Path),
        help="The same in a file: a JSON object.",
    ),
)


def sender_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options to a command, which gets them as `word`; None where nothing is told."""

    @wraps(command)
    def with_word(
        *args: Any,  # noqa: ANN401 -- whatever the command takes
        told: tuple[str, ...],
        sidecar: Path | None,
        **kwargs: Any,  # noqa: ANN401 -- as above
    ) -> None:
        if told and sidecar:
            raise click.UsageError("give one of --told and --sidecar")
        word = _of_a_file(sidecar) if sidecar else _of_pairs(told)
        command(*args, word=word, **kwargs)

    for option in reversed(_OPTIONS):
        with_word = option(with_word)
    return with_word


def _of_a_file(path: Path) -> SenderWord:
    try:
        document = json.loads(path.read_bytes())
    except ValueError as error:
        raise CommandError(f"{path} is no JSON: {error}") from error
    if not isinstance(document, dict):
        raise CommandError(f"{path} is no JSON object")
    return SenderWord.read(document)


def told_option(command: Command) -> Command:
    """Add --told alone, as a mapping of what is told by its name."""

    def read(
        _context: click.Context, _option: click.Parameter, given: tuple[str, ...]
    ) -> Mapping[str, str]:
        return _pairs(given)

    return click.option(
        "--told",
        metavar="NAME=VALUE",
        multiple=True,
        callback=read,
        help="What you tell of the file: rows, bytes or sha256; its source compares. May be"
        " repeated.",
    )(command)


def _of_pairs(told: tuple[str, ...]) -> SenderWord | None:
    pairs = _pairs(told)
    return SenderWord.read(pairs) if pairs else None


def _pairs(told: tuple[str, ...]) -> Mapping[str, str]:
    pairs = [each.partition("=")[::2] for each in told]
    for name, _ in pairs:
        if name not in list(SenderFact):
            known = ", ".join(SenderFact)
            message = f"--told {name!r}: it must be one of {known}.{suggestion(name, SenderFact)}"
            raise click.UsageError(message)
    return dict(pairs)
