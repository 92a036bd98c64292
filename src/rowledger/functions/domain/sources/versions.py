"""Sources as they are applied: each version whole, with who, when and why."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rowledger.functions.domain.typed_json import read
from rowledger.functions.domain.values import check_filled

if TYPE_CHECKING:
    from rowledger.functions.domain.sources.source import Source

# A Lambda function is asked and answers at most 6 MB (AWS Lambda quotas); the rest is for the JSON
# around it.
MAX_BYTES = 5_000_000
# No key is longer (Amazon S3 User Guide, Naming objects).
_MAX_PREFIX_BYTES = 1024


@dataclass(frozen=True, slots=True)
class SourcesChange:
    """What is applied, by whom and why.

    identity: the ARN that AWS knows the caller by, as the caller says.
    document: as sources.schema.json has it.
    """

    by: str
    document: dict[str, Any]
    identity: str | None = None
    reason: str | None = None

    def check(self, where: str) -> None:
        """Raise ValueError where it names nobody, or has a source that cannot be read."""
        check_filled(f"{where}.by", self.by)
        if self.reason is not None:
            check_filled(f"{where}.reason", self.reason)
        size = len(json.dumps(self.document, ensure_ascii=False).encode())
        if size > MAX_BYTES:
            raise ValueError(
                f"{where}.document must have {MAX_BYTES:,} bytes as JSON at most, not {size:,}"
            )
        names = set()
        for number, each in enumerate(read(_Document, self.document, where).sources):
            at = f"{where}.document.sources[{number}]"
            source = _read(each, at)
            if source.name in names:
                raise ValueError(f"{at} has a name that another has: {source.name!r}")
            names.add(source.name)

    @property
    def sha256(self) -> str:
        return digest_of(self.document)


@dataclass(frozen=True, slots=True)
class SourcesVersion:
    """A version that was applied. sources: how many. sha256: as digest_of() has it, in hex."""

    version: int
    applied_at: datetime
    by: str
    identity: str | None
    reason: str | None
    sha256: str
    sources: int


@dataclass(frozen=True, slots=True)
class AppliedSources:
    """A version with its content, as sources.schema.json has it."""

    applied: SourcesVersion
    document: dict[str, Any] = field(repr=False)

    @property
    def by_name(self) -> dict[str, dict[str, Any]]:
        """Each source as it was applied, in the order of the file."""
        return {each["name"]: each for each in self.document["sources"]}


def digest_of(document: Mapping[str, Any]) -> str:
    """Return the SHA-256, in hex, of a document as JSON with its keys in order, without spaces."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Document:
    """The file as a whole. version: of its format."""

    version: int
    sources: list[dict[str, Any]]
    calendars: list[dict[str, Any]] = field(default_factory=list)


def _read(document: dict[str, Any], where: str) -> "Source":
    from rowledger.functions.domain.sources.source import (  # noqa: PLC0415 -- no reader applies
        Source,
    )

    source = Source.read(document, where)
    if len(source.prefix.encode()) > _MAX_PREFIX_BYTES:
        raise ValueError(f"{where}.prefix is longer than any key")
    try:
        _ = source.dialect.options
    except LookupError as error:
        raise ValueError(f"{where}.dialect: {error}") from error
    return source
