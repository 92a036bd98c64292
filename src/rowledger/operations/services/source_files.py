"""Reading sources.yaml: it is taken whole, or refused with every mistake."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from itertools import starmap
from typing import Any

from rowledger.functions import contract
from rowledger.functions.domain.sources.lookup import Sources
from rowledger.functions.domain.sources.source import Source
from rowledger.operations.domain.located import LocatedDocument, MistakesError, Path
from rowledger.operations.domain.schema_check import mistakes_by
from rowledger.operations.domain.source_rules import mistakes_of_sources


@dataclass(frozen=True, slots=True)
class SourcesFile:
    """sources: as files are judged by them. documents: the same as they are written, as JSON."""

    sources: Sources
    documents: tuple[dict[str, Any], ...]

    @property
    def document(self) -> dict[str, Any]:
        """The whole file, as it is applied."""
        return {"version": 1, "sources": list(self.documents)}


def sources_in(data: bytes, read: Callable[[bytes], LocatedDocument]) -> SourcesFile:
    """Read the sources in a file's bytes; raise MistakesError, which has every mistake.

    read: makes a located document of them, or raises MistakesError.
    """
    document = read(data)
    differing = list(mistakes_by(contract.load("sources.schema.json"), document.value))
    mistakes = [*document.mistakes, *starmap(document.mistake, differing)]
    mistakes += mistakes_of_sources(document, _sound(document, {path[:2] for path, _ in differing}))
    if mistakes:
        raise MistakesError(mistakes)
    documents = tuple(document.value["sources"])
    return SourcesFile(Sources(map(Source.read, documents)), documents)


def _sound(document: LocatedDocument, mistaken: Collection[Path]) -> Iterable[int]:
    """The numbers of the sources of which each part is what the schema says.

    mistaken: the beginnings of the paths to what is not.
    """
    found = document.value.get("sources") if isinstance(document.value, dict) else None
    if not isinstance(found, list):
        return []
    return [at for at in range(len(found)) if ("sources", at) not in mistaken]
