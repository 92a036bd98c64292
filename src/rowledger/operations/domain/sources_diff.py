"""How sources differ from those in force: which are new, gone or changed, and in which part."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Document = Mapping[str, Any]


class DifferenceKind(StrEnum):
    """What becomes of a source. MOVED: of its place among those of the same prefix."""

    NEW = "new"
    GONE = "gone"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class PartDifference:
    """path: such as rows.minimum. before, after: JSON; None where it is not there."""

    path: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class SourceDifference:
    """parts: of a source that changed; none else."""

    name: str
    kind: DifferenceKind
    parts: tuple[PartDifference, ...] = ()


def differences_of(before: Sequence[Document], after: Sequence[Document]) -> list[SourceDifference]:
    """Return how sources differ, in the order of those after, and then those that are gone."""
    old = {each["name"]: each for each in before}
    new = {each["name"]: each for each in after}
    found = []
    for name, each in new.items():
        if name not in old:
            found.append(SourceDifference(name, DifferenceKind.NEW))
        elif parts := tuple(_of_parts("", old[name], each)):
            found.append(SourceDifference(name, DifferenceKind.CHANGED, parts))
    gone = [SourceDifference(name, DifferenceKind.GONE) for name in old if name not in new]
    if not found and not gone:
        # Nothing else is different: then the order is all there is to tell.
        pairs = zip(old, new, strict=True)
        found = [SourceDifference(name, DifferenceKind.MOVED) for was, name in pairs if was != name]
    return found + gone


def _of_parts(path: str, before: object, after: object) -> Iterator[PartDifference]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys((*before, *after)):
            inner = f"{path}.{name}" if path else str(name)
            yield from _of_parts(inner, before.get(name), after.get(name))
    elif before != after:
        yield PartDifference(path, before, after)
