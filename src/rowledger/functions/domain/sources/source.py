"""A source: what is known of the files under a prefix, as sources.yaml tells it.

What each part means is said in contract/sources.schema.json, from which docs/sources.md is made.
"""

import fnmatch
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rowledger.functions.domain.counting.options import CountOptions, named_characters
from rowledger.functions.domain.sources.expectation import Expectation
from rowledger.functions.domain.typed_json import read
from rowledger.functions.domain.warning import WarningCode

AUTO = "auto"


class Severity(StrEnum):
    """What becomes of a file that is not as expected."""

    WARN = "warn"
    REJECT = "reject"


class Tolerance(StrEnum):
    """What becomes of a file that is not like those before it."""

    ALLOW = "allow"
    WARN = "warn"
    REJECT = "reject"


class FieldsMatch(StrEnum):
    """How a header has to agree with the names that are told: the words of Table Schema."""

    EXACT = "exact"
    EQUAL = "equal"
    SUBSET = "subset"
    SUPERSET = "superset"
    PARTIAL = "partial"


class SenderFact(StrEnum):
    """What a sender may tell of a file."""

    ROWS = "rows"
    BYTES = "bytes"
    SHA256 = "sha256"


@dataclass(frozen=True, slots=True)
class NameRules:
    """match: None for every name."""

    match: tuple[str, ...] | None = None
    forbidden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ToldDialect:
    """header: None as the pipeline is set. All else: AUTO, or nothing, is found."""

    delimiter: str = AUTO
    quote_char: str = AUTO
    escape_char: str = AUTO
    encoding: str = AUTO
    header: bool | None = None
    skip_lines: int = 0
    comment_char: str | None = None

    @property
    def options(self) -> CountOptions:
        """What the counter is told. Raise ValueError or LookupError where that cannot be."""
        return CountOptions(
            delimiter=_told(self.delimiter),
            quote=_told(self.quote_char),
            escape=_told(self.escape_char),
            encoding=None if self.encoding == AUTO else self.encoding,
            skip_lines=self.skip_lines,
            comment=self.comment_char,
        )


@dataclass(frozen=True, slots=True)
class ColumnRules:
    """fields: None where no names are told."""

    fields: tuple[str, ...] | None = None
    fields_match: FieldsMatch = FieldsMatch.EXACT
    severity: Severity = Severity.WARN
    drift: Tolerance = Tolerance.WARN


@dataclass(frozen=True, slots=True)
class Range:
    """From `minimum` to `maximum`, both included; None for no bound."""

    minimum: int | None = None
    maximum: int | None = None
    severity: Severity = Severity.WARN

    def __contains__(self, number: int) -> bool:
        above = self.minimum is None or number >= self.minimum
        return above and (self.maximum is None or number <= self.maximum)


@dataclass(frozen=True, slots=True)
class RowRules(Range):
    """unusual: for a number that is not like those of the source's earlier files."""

    unusual: Tolerance = Tolerance.WARN


@dataclass(frozen=True, slots=True)
class DuplicateRules:
    """severity: for the bytes of an earlier file of the source."""

    severity: Tolerance = Tolerance.WARN


@dataclass(frozen=True, slots=True)
class SenderRules:
    """required: what the sender has to tell."""

    required: tuple[SenderFact, ...] = ()
    severity: Severity = Severity.WARN


@dataclass(frozen=True, slots=True)
class Source:
    """One source. rejected_warnings: of the counter's."""

    name: str
    prefix: str
    description: str | None = None
    owner: str | None = None
    tags: tuple[str, ...] = ()
    names: NameRules = NameRules()
    dialect: ToldDialect = ToldDialect()
    columns: ColumnRules = ColumnRules()
    rows: RowRules = RowRules()
    bytes: Range = Range()
    sender: SenderRules = SenderRules()
    duplicates: DuplicateRules = DuplicateRules()
    expectations: tuple[Expectation, ...] = ()
    rejected_warnings: tuple[WarningCode, ...] = ()

    @classmethod
    def read(cls, document: Mapping[str, Any], where: str = "the source") -> "Source":
        """Read a source as sources.yaml has it; raise ValueError for what it is not."""
        return read(cls, _in_snake_case(document), where)


def name_fits(key: str, globs: tuple[str, ...]) -> bool:
    """Say whether the name of a file, its key behind the last slash, fits one of the patterns."""
    name = key.rpartition("/")[2]
    return any(fnmatch.fnmatchcase(name, glob) for glob in globs)


def _told(word: str) -> str | None:
    return None if word == AUTO else named_characters(word)


def _in_snake_case(document: Any) -> Any:  # noqa: ANN401 -- any JSON
    """The document with the names of fields as Python has them."""
    if isinstance(document, list):
        return [_in_snake_case(each) for each in document]
    if not isinstance(document, Mapping):
        return document
    return {
        re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", name): _in_snake_case(each)
        for name, each in document.items()
    }
