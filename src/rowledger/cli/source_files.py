"""Reading sources.yaml for a command: it is refused whole, with a line for each mistake."""

from collections.abc import Iterable
from pathlib import Path

import click

from rowledger.errors import CommandError
from rowledger.functions.domain.text import printable
from rowledger.operations.domain.located import Mistake, MistakesError
from rowledger.operations.services.source_files import SourcesFile
from rowledger.wiring.sources import read_sources

FILE = click.Path(dir_okay=False, path_type=Path)


def read_whole(path: Path) -> SourcesFile:
    """Read a file of sources; raise CommandError with every mistake where it is refused."""
    try:
        return read_sources(path)
    except MistakesError as error:
        lines = "\n".join(mistake_lines(path, error.mistakes))
        raise CommandError(f"{path} is refused:\n{lines}") from error


def mistake_lines(path: Path, mistakes: Iterable[Mistake]) -> list[str]:
    """Give each mistake a line, as compilers have them, so that editors find the place."""
    lines = []
    for each in mistakes:
        at = f"{path}:{each.position.line}:{each.position.column}"
        lines.append(printable(f"{at}: {f'{each.path}: ' if each.path else ''}{each.message}"))
    return lines
