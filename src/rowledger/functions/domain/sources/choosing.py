"""The source of one upload: chosen of those that its claim came with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rowledger.functions.domain.keys import CANARY_PREFIX
from rowledger.functions.domain.sources.chosen import Candidate
from rowledger.functions.domain.sources.source import Source, name_fits
from rowledger.functions.domain.warning import FileWarning, WarningCode


@dataclass(frozen=True, slots=True)
class ChosenSource:
    """The source of a file, and of which version of the sources it is."""

    source: Source
    version: int


@dataclass(frozen=True, slots=True)
class UnreadableSource:
    """The source that a file may belong to cannot be read by this version of the function.

    why: in words, for the log.
    """

    name: str
    version: int
    why: str

    @property
    def warning(self) -> FileWarning:
        """What the owner of the file is told."""
        return FileWarning(
            WarningCode.SOURCE_UNREADABLE,
            f"The source {self.name} (version {self.version:,} of the sources) cannot be read by"
            " this version of the pipeline: the file was not judged by it.",
            1,
        )


def choose(key: str, candidates: Sequence[Candidate]) -> ChosenSource | UnreadableSource | None:
    """Return the source of a key; None where none is for it, and for a rollout's canary.

    Args:
        key: of the file, decoded.
        candidates: those whose prefix the key has, the longest first, and of one prefix those for
            some names first. Their names are matched here, as Sources.find does.
    """
    if key.startswith(CANARY_PREFIX):
        return None
    for each in candidates:
        if not _may_fit(key, each.document):
            continue
        try:
            source = Source.read(each.document, each.name)
            # What the counter is told has to be known to this Python, too.
            _ = source.dialect.options
        except (LookupError, ValueError) as error:
            return UnreadableSource(each.name, each.version, str(error))
        if source.names.match is None or name_fits(key, source.names.match):
            return ChosenSource(source, each.version)
    return None


def _may_fit(key: str, document: Mapping[str, Any]) -> bool:
    """Say whether a source may be for the name of a file, before all of the source is read."""
    match document.get("names"):
        case {"match": [*globs]} if all(isinstance(each, str) for each in globs):
            return name_fits(key, tuple(globs))
        case _:
            return True
