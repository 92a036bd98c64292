"""What one reading finds in a text: records, their widths, and everything that is not as usual."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

# Files with more different widths than this are no tables; the rest share one entry.
_MOST_WIDTHS = 512
OTHER_WIDTHS = -1
_Key = TypeVar("_Key")


class Finding(StrEnum):
    """What a reading may find that its owner should know; counted in Tally.found."""

    TEXT_AFTER_QUOTE = "text after a closing quote"
    SWALLOWED = "lines inside quotes that are whole records by themselves"
    DOUBTFUL = "a quoted section of a few lines each of which is a whole record by itself"
    LITERAL_QUOTE = "a quote inside an unquoted field"
    BLANK_LINE = "a line of no bytes between records"
    EMPTY_RECORD = "a record whose fields are all empty"
    CONTROL = "a control character"
    OTHER_LINE_END = "a line end of another kind than those before"
    COMMENT = "a line that is left out, as told"
    RAGGED = "a record with another number of fields than the first"

    # Enum's own is Python code, and findings are looked up for each block.
    __hash__ = str.__hash__


@dataclass(frozen=True, slots=True)
class Place:
    """A 1-based line and a 0-based offset into the text."""

    line: int
    offset: int


@dataclass(slots=True)
class Tally:
    """Counts, added up over a text.

    records: those that have ended. widths: how many records have how many fields.
    lf, crlf, cr: what ends records. lines: physical lines that have ended, inside quotes or out.
    sections: whether there is any quoted section.
    found: how often each finding occurs; first: where it first does.
    """

    records: int = 0
    widths: Counter[int] = field(default_factory=Counter)
    lf: int = 0
    crlf: int = 0
    cr: int = 0
    lines: int = 0
    sections: bool = False
    found: Counter[Finding] = field(default_factory=Counter)
    first: dict[Finding, Place] = field(default_factory=dict)

    def add_width(self, width: int, times: int = 1) -> None:
        """Count records of a width."""
        if width not in self.widths and len(self.widths) >= _MOST_WIDTHS:
            width = OTHER_WIDTHS
        self.widths[width] += times
        self.records += times

    def add(self, finding: Finding, times: int, place: Place | None = None) -> None:
        """Count a finding; place: of the first of them, where it is known."""
        if times:
            self.found[finding] += times
            if place is not None:
                self.first.setdefault(finding, place)

    def without_place(self) -> set[Finding]:
        """Return the findings that were counted and not located."""
        if len(self.found) == len(self.first):
            return set()
        return {finding for finding, times in self.found.items() if times} - self.first.keys()

    def copy(self) -> "Tally":
        """Return a tally that goes its own way from here."""
        return Tally(
            self.records,
            _copied(self.widths),
            self.lf,
            self.crlf,
            self.cr,
            self.lines,
            self.sections,
            _copied(self.found),
            self.first.copy(),
        )

    @property
    def usual_width(self) -> int | None:
        """The commonest width, the wider of equals; None where there is no record."""
        if not self.widths:
            return None
        return max(self.widths, key=lambda width: (self.widths[width], width))

    @property
    def newline(self) -> str | None:
        """What ends records, in the words of Dialect.newline."""
        kinds = {"LF": self.lf, "CRLF": self.crlf, "CR": self.cr}
        found = [kind for kind, times in kinds.items() if times]
        if len(found) > 1:
            return "mixed"
        return found[0] if found else None


def _copied(counts: "Counter[_Key]") -> "Counter[_Key]":
    """Copy as Counter.copy() does, which asks first what it is given."""
    copied: Counter[_Key] = Counter()
    dict.update(copied, counts)
    return copied
