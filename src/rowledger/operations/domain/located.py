"""A document that people wrote, with the line of each of its parts, and what is wrong in it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, order=True)
class TextPosition:
    """Both count from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """What is wrong at a place. path: to the part, such as sources[0].rows; empty for the whole."""

    position: TextPosition
    path: str
    message: str


@dataclass(frozen=True, slots=True)
class LocatedDocument:
    """value: plain JSON. positions: of every part, by its path; a key's value has that of the key.

    mistakes: what has no place in plain JSON, such as a key that is there twice.
    """

    value: Any
    positions: Mapping[Path, TextPosition]
    mistakes: tuple[Mistake, ...] = ()

    def mistake(self, path: Path, message: str) -> Mistake:
        """Return a mistake in the part at this path, or in the nearest one around it."""
        known = path
        while known and known not in self.positions:
            known = known[:-1]
        position = self.positions.get(known, TextPosition(1, 1))
        return Mistake(position, path_text(path), message)


class MistakesError(Exception):
    """A document is refused whole; it has all mistakes, in the order of their lines."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(set(mistakes)))
        super().__init__(f"{len(self.mistakes):,} mistakes")


def path_text(path: Path) -> str:
    """Write a path as people do: sources[0].rows."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")
