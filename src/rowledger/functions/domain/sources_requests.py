"""What the ledger's functions are asked of versions of the sources, and what they answer."""

from dataclasses import dataclass
from typing import ClassVar

from rowledger.functions.domain.sources.versions import (
    AppliedSources,
    SourcesChange,
    SourcesVersion,
)
from rowledger.functions.domain.values import check_number

# An answer has so many at most, without their content.
MAX_VERSIONS = 1000


@dataclass(frozen=True, slots=True)
class FoundSources:
    """None where the ledger has no such version, or none at all."""

    sources: AppliedSources | None


@dataclass(frozen=True, slots=True)
class SourcesVersions:
    """Versions of the sources, the latest first."""

    versions: tuple[SourcesVersion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowSources:
    """A version of the sources; None for the one in force."""

    answer: ClassVar = FoundSources
    version: int | None = None

    def check(self, where: str) -> None:
        """Raise ValueError for a version that cannot be."""
        check_number(f"{where}.version", self.version, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSourcesVersions:
    """The latest versions of the sources, without their content."""

    answer: ClassVar = SourcesVersions
    limit: int = 20

    def check(self, where: str) -> None:
        """Raise ValueError for a number of versions that cannot be."""
        check_number(f"{where}.limit", self.limit, 1, MAX_VERSIONS)


@dataclass(frozen=True, slots=True)
class SourcesApplied:
    """version: the one in force. changed: False where it was the same already."""

    version: int
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplySources:
    """Put sources into force, all of them in the place of all before."""

    answer: ClassVar = SourcesApplied
    change: SourcesChange


SourcesRequest = ShowSources | ListSourcesVersions
