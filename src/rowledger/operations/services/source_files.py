"""Reading sources.yaml: it is taken whole, or refused with every mistake."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from itertools import starmap
from typing import Any

from rowledger.functions import contract
from rowledger.functions.domain.sources.lookup import Sources
from rowledger.functions.domain.sources.source import Source
from rowledger.functions.ports.schedules import Schedules
from rowledger.operations.domain.expectation_rules import (
    calendars_used,
    mistakes_of_calendars,
    mistakes_of_expectations,
)
from rowledger.operations.domain.located import LocatedDocument, MistakesError, Path
from rowledger.operations.domain.recipient_rules import mistakes_of_recipients
from rowledger.operations.domain.recipients import recipients_of
from rowledger.operations.domain.schema_check import mistakes_by
from rowledger.operations.domain.source_rules import mistakes_of_sources


@dataclass(frozen=True, slots=True)
class SourcesFile:
    """sources: as files are judged by them. documents: the same as they are written, as JSON.

    calendars: as they are written.
    """

    sources: Sources
    documents: tuple[dict[str, Any], ...]
    calendars: tuple[dict[str, Any], ...] = ()

    @property
    def document(self) -> dict[str, Any]:
        """The whole file, as it is applied: without the recipients.

        The ledger keeps every version for ever, which addresses of persons must not be.
        """
        calendars = {"calendars": list(self.calendars)} if self.calendars else {}
        return {"version": 1, **calendars, "sources": list(map(_judged, self.documents))}

    @property
    def recipients(self) -> dict[str, frozenset[str]]:
        """What each address wants, as SOURCE:WANT."""
        return recipients_of(self.documents)


def sources_in(
    data: bytes, read: Callable[[bytes], LocatedDocument], schedules: Schedules
) -> SourcesFile:
    """Read the sources in a file's bytes; raise MistakesError, which has every mistake.

    read: makes a located document of them, or raises MistakesError. schedules: know those that
    can be.
    """
    document = read(data)
    differing = list(mistakes_by(contract.load("sources.schema.json"), document.value))
    mistakes = [*document.mistakes, *starmap(document.mistake, differing)]
    mistaken = {path[:2] for path, _ in differing}
    sound = _sound(document, "sources", mistaken)
    mistakes += mistakes_of_sources(document, sound)
    mistakes += mistakes_of_expectations(document, sound, schedules)
    mistakes += mistakes_of_recipients(document, sound)
    sound_calendars = _sound(document, "calendars", mistaken)
    all_sound = len(sound) == len(_listed(document, "sources"))
    used = calendars_used(document) if sound and all_sound else None
    mistakes += mistakes_of_calendars(document, sound_calendars, used)
    if mistakes:
        raise MistakesError(mistakes)
    documents = tuple(document.value["sources"])
    calendars = tuple(document.value.get("calendars", ()))
    return SourcesFile(Sources(map(Source.read, map(_judged, documents))), documents, calendars)


def _judged(source: Mapping[str, Any]) -> dict[str, Any]:
    """A source without its recipients, by whom no file is judged."""
    return {name: value for name, value in source.items() if name != "told"}


def _sound(document: LocatedDocument, name: str, mistaken: Collection[Path]) -> Collection[int]:
    """The numbers of the entries of a list of which each part is what the schema says.

    mistaken: the beginnings of the paths to what is not.
    """
    numbers = range(len(_listed(document, name)))
    return [at for at in numbers if (name, at) not in mistaken]


def _listed(document: LocatedDocument, name: str) -> list[Any]:
    found = document.value.get(name) if isinstance(document.value, dict) else None
    return found if isinstance(found, list) else []
