"""Taking whole records from the start of a text, by the cheapest way that is sure.

Three ways of reading follow the same rules, from the fastest to the most careful: regular.py for
text in which every quote is regular, the patterns of syntax.py for any text, and recovery.py record
by record where a section is in doubt.
"""

from typing import Protocol

from rowledger.functions.domain.counting.line_ends import count_line_ends
from rowledger.functions.domain.counting.recovery import read_record
from rowledger.functions.domain.counting.regular import (
    RegularRecords,
    last_line_end,
    regular_records,
)
from rowledger.functions.domain.counting.syntax import QUOTE, Syntax
from rowledger.functions.domain.counting.whole_lines import holds_whole_records

# Irregular text of more bytes is narrowed down first, so that the rest of it stays fast.
EXACT_BELOW = 8192
# So many records are read one by one; a file that wants more is broken all over, is told so by
# then, and must not keep the function busy for hours.
CAREFUL_RECORDS = 200_000


class Receiver(Protocol):
    """Gets the records that were taken."""

    def take_records(
        self, text: bytes, base: int, masked: bytes, *, sections: int, literal: int | None = None
    ) -> None:
        """Take whole records: see BulkCounter.add. base: offset of `text` in what was read."""

    def take_recovered(self, lines: bytes, base: int) -> None:
        """Take lines that are records by themselves, of a section that is not believed."""

    def note_doubtful(self, base: int) -> None:
        """Take note of a record whose lines are whole records, too."""


class RecordReader:
    """Splits whole records off a text and gives them to a receiver."""

    def __init__(
        self, syntax: Syntax, usual_width: int | None, receiver: Receiver, exact_below: int
    ) -> None:
        """usual_width: see recovery.py; None believes every quoted section."""
        self._syntax = syntax
        self._usual_width = usual_width
        self._receiver = receiver
        self._exact_below = exact_below
        self._careful_left = CAREFUL_RECORDS

    def read(self, text: bytes, base: int) -> int:
        """Take the whole records at the start of `text`; return their length in bytes.

        base: offset of `text` in what the receiver knows.
        """
        if QUOTE in text:
            return self._read_quoted(text, base)
        end = last_line_end(text)
        chunk = text[:end] if end < len(text) else text
        self._receiver.take_records(chunk, base, chunk, sections=0)
        return end

    def _read_quoted(self, text: bytes, base: int) -> int:
        if taken := self._read_regular(text, base):
            return taken
        if len(text) <= self._exact_below:
            return self._read_exactly(text, base)
        # Pieces narrow the irregular spot down, so that the rest stays fast.
        taken, end = 0, self._exact_below
        while end < len(text):
            piece = text[taken:end]
            if piece.endswith(b"\r"):  # which a LF may follow
                piece = piece[:-1]
            taken += self._read_piece(piece, base + taken)
            # What begins with a long record needs a longer piece.
            end += max(self._exact_below, end - taken)
        return taken + self._read_piece(text[taken:], base + taken)

    def _read_piece(self, text: bytes, base: int) -> int:
        if QUOTE not in text:
            return self.read(text, base)
        return self._read_regular(text, base) or self._read_exactly(text, base)

    def _read_regular(self, text: bytes, base: int) -> int:
        """Take whole records if all is regular and nothing in doubt; else take nothing."""
        regular = regular_records(text, self._syntax)
        if regular is None:
            return 0
        chunk = text[: regular.length]
        if self._in_doubt(chunk, regular.masked, regular):
            return 0
        self._receiver.take_records(
            chunk, base, regular.masked, sections=int(QUOTE in regular.masked)
        )
        return regular.length

    def _in_doubt(self, chunk: bytes, masked: bytes, regular: RegularRecords | None) -> bool:
        """Say whether a section may have swallowed records, by what shows at once."""
        if self._usual_width is None or self._careful_left <= 0:
            return False
        if regular is not None:
            spans_lines = regular.spans_lines
        else:
            spans_lines = count_line_ends(chunk) != count_line_ends(masked)
        if not spans_lines:
            return False
        if _is_irregular(masked, self._syntax, self._usual_width):
            return True
        if regular is None:
            doubtful = self._syntax.doubtful_closing.search(chunk) is not None
        else:
            doubtful = regular.closes_where_a_field_begins(self._syntax)
        return doubtful or holds_whole_records(
            chunk, masked, self._syntax, self._usual_width, regular=regular is not None
        )

    def _read_exactly(self, text: bytes, base: int) -> int:
        """Read any text by the patterns, or record by record where a section is in doubt."""
        match = self._syntax.whole_records.match(text)
        end = match.end() if match else 0
        chunk = text[:end]
        masked, sections = self._syntax.mask(chunk)
        if (
            self._usual_width is not None
            and self._careful_left > 0
            and (self._in_doubt(chunk, masked, None) or self._syntax.junk.search(b"\n" + masked))
        ):
            return self._read_one_by_one(text, base, self._usual_width)
        self._receiver.take_records(
            chunk, base, masked, sections=sections, literal=masked.count(QUOTE) - sections
        )
        return end

    def _read_one_by_one(self, text: bytes, base: int, usual_width: int) -> int:
        """Count the records that recovery.py reads, each run of one kind at once."""
        start = given = distrusted = 0
        recovered = False
        while record := read_record(text, start, self._syntax, usual_width, distrusted):
            self._careful_left -= 1
            distrusted = record.distrusted
            if record.recovered != recovered or record.doubtful:
                self._give(text[given:start], base + given, recovered=recovered)
                given, recovered = start, record.recovered
            if record.doubtful:
                self._receiver.note_doubtful(base + start)
            start = record.end
        self._give(text[given:start], base + given, recovered=recovered)
        return start

    def _give(self, chunk: bytes, base: int, *, recovered: bool) -> None:
        if recovered:
            self._receiver.take_recovered(chunk, base)
            return
        masked, sections = self._syntax.mask(chunk)
        self._receiver.take_records(
            chunk, base, masked, sections=sections, literal=masked.count(QUOTE) - sections
        )


def _is_irregular(masked: bytes, syntax: Syntax, usual_width: int) -> bool:
    """Say whether a record has another width than usual."""
    pattern = syntax.delimiter * (usual_width - 1) + b"\n"
    skeleton = syntax.skeleton(masked).replace(b"\r", b"")
    return skeleton != pattern * (len(skeleton) // len(pattern))
