"""The source of one upload: chosen of those that its claim came with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rowledger.functions.domain.keys import CANARY_PREFIX
from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.sources.earlier_files import EarlierUpload
from rowledger.functions.domain.sources.source import Source, name_fits
from rowledger.functions.domain.warning import FileWarning, WarningCode


@dataclass(frozen=True, slots=True)
class Candidate:
    """A source in force whose prefix a key has. document: as it was applied."""

    name: str
    version: int
    document: Mapping[str, Any]


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


@dataclass(frozen=True, slots=True)
class JudgedBy:
    """What is recorded of the source beside an outcome.

    replay: whether the file had an outcome before, perhaps by another version.
    supersedes: the upload of the same key before this one.
    """

    source: str
    version: int
    replay: bool = False
    supersedes: EarlierUpload | None = None

    def facts(self) -> dict[str, Any]:
        """As receipt and event have it."""
        facts: dict[str, Any] = {
            "source": {"name": self.source, "version": self.version, "replay": self.replay}
        }
        if self.supersedes:
            facts["supersedes"] = {
                "ledger_id": self.supersedes.file_id,
                "version_id": self.supersedes.version_id,
                "status": self.supersedes.status.value,
            }
        return facts

    def lines(self, status: Status) -> list[str]:
        """As a mail has it."""
        replay = "; a replay, judged by the sources of now" if self.replay else ""
        lines = [f"Source:    {self.source} (version {self.version:,} of the sources{replay})"]
        if before := self.supersedes:
            corrects = status is Status.SUCCESS and before.status is Status.FAILED
            verb = "Corrects:  " if corrects else "Replaces:  "
            what = "which was rejected" if before.status is Status.FAILED else "which was good"
            lines.append(f"{verb}version {before.version_id}, {what} (ledger id {before.file_id})")
        return lines


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
