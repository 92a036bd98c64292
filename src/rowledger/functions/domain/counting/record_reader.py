"""Taking whole records from the start of a text, by the cheapest way that is sure.

All ways follow the same rules. A kernel takes everything but the records that recovery.py decides
on. Without one there are three, from the fastest to the most careful: regular.py for text in which
every quote is regular, the patterns of syntax.py for any text, and recovery.py record by record.
"""

from typing import Protocol

from rowledger.functions.domain.counting.kernel import (
    Kernel,
    Quoting,
    Scanned,
    ScanRules,
    Why,
    in_use,
)
from rowledger.functions.domain.counting.line_ends import count_line_ends
from rowledger.functions.domain.counting.recovery import needs_care, read_record
from rowledger.functions.domain.counting.regular import last_line_end, regular_records
from rowledger.functions.domain.counting.syntax import QUOTE, Syntax
from rowledger.functions.domain.counting.whole_lines import holds_whole_records

# Irregular text of more bytes is narrowed down first, so that the rest of it stays fast.
EXACT_BELOW = 8192
# So many records are read with care; a file that wants more is broken all over, is told so by
# then, and must not keep the function busy for hours.
CAREFUL_RECORDS = 200_000


class Receiver(Protocol):
    """Gets the records that were taken."""

    @property
    def columns(self) -> int | None:
        """Fields of the first record."""

    @property
    def first_line_end(self) -> bytes:
        """What ended the first record; empty where that is not known."""

    def take_records(
        self, text: bytes, base: int, masked: bytes, *, sections: int, literal: int | None = None
    ) -> None:
        """Take whole records: see BulkCounter.add. base: offset of `text` in what was read."""

    def take_scanned(self, scanned: Scanned, base: int) -> None:
        """Take what a kernel found. base: offset in what was read of the text that it scanned."""

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
        self._kernel = in_use()

    def read(self, text: bytes, base: int) -> int:
        """Take the whole records at the start of `text`; return their length in bytes.

        base: offset of `text` in what the receiver knows.
        """
        if self._kernel is not None:
            return self._read_by_kernel(self._kernel, text, base)
        if QUOTE not in text:
            return self._read_unquoted(text, base)
        taken = self._read_quoted(text, base)
        # Regular text may end where a quote is that is not, and records be behind it.
        while more := taken and self._read_quoted(text[taken:], base + taken):
            taken += more
        return taken

    @property
    def believed_width(self) -> int | None:
        """The usual width as long as sections may be disbelieved."""
        return self._usual_width if self._careful_left > 0 else None

    def scan_rules(self) -> ScanRules:
        """Return what a kernel has to know of this text."""
        return ScanRules(
            self._syntax.delimiter[0],
            self.believed_width or 0,
            self._receiver.columns or 0,
            self._receiver.first_line_end,
        )

    def plain_rules(self, quoting: Quoting, *, regular: bool) -> ScanRules:
        """Return the same for plain text. regular: see ScanRules."""
        return self.scan_rules()._replace(plain=True, regular=regular, quoting=quoting)

    def _read_by_kernel(self, kernel: Kernel, text: bytes, base: int) -> int:
        at = 0
        while True:
            scanned = kernel.scan(text, at, len(text), self.scan_rules())
            self._receiver.take_scanned(scanned, base)
            at = scanned.taken
            if scanned.why is Why.NEEDS_CARE:
                before, at = at, self._read_with_care(text, at, base)
                if at > before:
                    continue
            elif scanned.why is Why.MANY_WIDTHS:
                continue
            return at

    def _read_unquoted(self, text: bytes, base: int) -> int:
        end = last_line_end(text)
        chunk = text[:end] if end < len(text) else text
        self._receiver.take_records(chunk, base, chunk, sections=0)
        return end

    def _read_quoted(self, text: bytes, base: int) -> int:
        if taken := self._read_regular(text, base):
            return taken
        if len(text) <= self._exact_below:
            return self._read_exactly(text, 0, len(text), base)
        # Pieces narrow the irregular spot down, so that the rest stays fast.
        taken, end = 0, self._exact_below
        while end < len(text):
            piece_end = end - text.endswith(b"\r", 0, end)  # which a LF may follow
            taken = self._read_piece(text, taken, piece_end, base)
            # What begins with a long record needs a longer piece.
            end += max(self._exact_below, end - taken)
        return self._read_piece(text, taken, len(text), base)

    def _read_piece(self, text: bytes, start: int, end: int, base: int) -> int:
        """Take whole records of text[start:end], or beyond; return the offset behind them."""
        if start >= end:
            return start
        piece = text[start:end]
        if QUOTE not in piece:
            return start + self._read_unquoted(piece, base + start)
        if taken := self._read_regular(piece, base + start):
            return start + taken
        return self._read_exactly(text, start, end, base)

    def _read_regular(self, text: bytes, base: int) -> int:
        """Take whole records if all is regular and none needs care; else take nothing."""
        regular = regular_records(text, self._syntax)
        if regular is None:
            return 0
        chunk = text[: regular.length]
        width = self.believed_width
        if (
            width is not None
            and regular.spans_lines
            and holds_whole_records(chunk, regular.masked, self._syntax, width, regular=True)
        ):
            return 0
        self._receiver.take_records(
            chunk, base, regular.masked, sections=int(QUOTE in regular.masked)
        )
        return regular.length

    def _read_exactly(self, text: bytes, start: int, end: int, base: int) -> int:
        """Read any text by the patterns, or record by record where one may need care."""
        match = self._syntax.whole_records.match(text, start, end)
        chunk = text[start : match.end() if match else start]
        masked, sections = self._syntax.mask(chunk)
        width = self.believed_width
        if (
            width is not None
            and count_line_ends(chunk) != count_line_ends(masked)
            and self._may_need_care(chunk, masked, width)
        ):
            return self._read_one_by_one(text, start, end, base)
        self._give(chunk, base + start, masked, sections)
        return start + len(chunk)

    def _may_need_care(self, chunk: bytes, masked: bytes, width: int) -> bool:
        if self._syntax.followed.search(b"\n" + masked):
            return True
        return holds_whole_records(chunk, masked, self._syntax, width, regular=False)

    def _read_one_by_one(self, text: bytes, start: int, end: int, base: int) -> int:
        """Take the records that begin before `end`, each that needs care for itself."""
        given = start
        while start < end and (width := self.believed_width) is not None:
            match = self._syntax.record.match(text, start)
            if match is None:
                break
            if needs_care(text, match, self._syntax, width):
                self._give_masked(text[given:start], base + given)
                behind = self._read_with_care(text, start, base)
                given = behind
                if behind == start:
                    return start
                start = behind
            else:
                start = match.end()
        self._give_masked(text[given:start], base + given)
        if start < end and self.believed_width is None:
            return self._read_exactly(text, start, end, base)
        return start

    def _read_with_care(self, text: bytes, start: int, base: int) -> int:
        """Read a record by recovery.py, with the lines that it swallowed where it did.

        Returns the offset behind what was taken.
        """
        distrusted = 0
        width = self._usual_width or 1
        while record := read_record(text, start, self._syntax, width, distrusted):
            self._careful_left -= not record.ordinary
            distrusted = record.distrusted
            if record.recovered:
                self._receiver.take_recovered(text[start : record.end], base + start)
            else:
                if record.doubtful:
                    self._receiver.note_doubtful(base + start)
                self._give_masked(text[start : record.end], base + start)
            start = record.end
            if start >= distrusted:
                break
        return start

    def _give_masked(self, chunk: bytes, base: int) -> None:
        if chunk:
            self._give(chunk, base, *self._syntax.mask(chunk))

    def _give(self, chunk: bytes, base: int, masked: bytes, sections: int) -> None:
        self._receiver.take_records(
            chunk, base, masked, sections=sections, literal=masked.count(QUOTE) - sections
        )
