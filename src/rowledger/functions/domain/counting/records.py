"""Counting records in canonical text, in memory bounded by LONG_RECORD.

Text is taken in whole records (record_reader.py), so that nothing but the beginning of a record is
ever carried over; of a record that is too long to keep (long_record.py), not even that.
"""

from rowledger.functions.domain.counting.bulk import BulkCounter
from rowledger.functions.domain.counting.kernel import Kernel, Quoting, Scanned
from rowledger.functions.domain.counting.line_ends import count_line_ends, next_line_that_begins
from rowledger.functions.domain.counting.long_record import (
    Dropped,
    add_end_of_record,
    add_lines,
    shorten,
)
from rowledger.functions.domain.counting.places import first_places
from rowledger.functions.domain.counting.plain_text import PlainText, Stretch, scan_plain
from rowledger.functions.domain.counting.record_reader import EXACT_BELOW, RecordReader
from rowledger.functions.domain.counting.recovery import line_end
from rowledger.functions.domain.counting.syntax import QUOTE, syntax_of
from rowledger.functions.domain.counting.tally import Finding, Place, Tally

LONG_RECORD = 1 << 17


class RecordScanner:
    """Counts records, and notes what is not as usual about them.

    tally: of the records that have ended so far.
    columns: fields of the first record; None before it has ended.
    first_record, first_record_at: its text, and its offset in the text as it was; None before, and
        where it is longer than LONG_RECORD.
    unterminated: the quote whose section the text ended in; final once finish() was called.
    """

    def __init__(
        self,
        delimiter: bytes = b",",
        *,
        exact_below: int = EXACT_BELOW,
        usual_width: int | None = None,
        delimiter_length: int = 1,
        comment: bytes | None = None,
    ) -> None:
        """delimiter: one byte. usual_width: for recovery.py; None believes every quoted section.

        delimiter_length: of the delimiter in the text as it was, for the offsets of places.
        comment: what a line that is no record begins with.
        """
        self._comment = comment
        self._syntax = syntax_of(delimiter)
        self._usual_width = usual_width if usual_width != 1 else None
        self._reader = RecordReader(self._syntax, self._usual_width, self, exact_below)
        self._stretch = delimiter_length - 1
        self._buffer = b""
        self._offset = 0
        self._wait = 0
        self._dropped = Dropped()
        self._opening: Place | None = None
        self.tally = Tally()
        self._bulk = BulkCounter(self._syntax, self.tally)
        self.first_record: bytes | None = None
        self.first_record_at = 0
        self._newline: bytes | None = None
        self.unterminated: Place | None = None

    @property
    def columns(self) -> int | None:
        return self._bulk.columns

    @property
    def first_line_end(self) -> bytes:
        return self._newline or b""

    @property
    def records(self) -> int:
        return self.tally.records

    @property
    def lines(self) -> int:
        return self.tally.lines

    @property
    def newline(self) -> str | None:
        return self.tally.newline

    @property
    def quoted(self) -> bool:
        return self.tally.sections

    @property
    def held(self) -> int:
        """How many bytes of the text, as it was, are of a record that has not ended."""
        return self.stretched(self._buffer) + self._dropped.size

    def skip(self, size: int, lines: int) -> None:
        """Begin behind text that is no part of what is counted. size: in bytes."""
        self._offset += size
        self.tally.lines += lines

    def continue_from(self, other: "RecordScanner", at: int, tally: Tally) -> None:
        """Go on behind the records of another scanner. at: offset into the text."""
        self.tally = self._bulk.tally = tally
        self._bulk.columns = other.columns
        self.first_record = other.first_record
        self._newline = other._newline  # noqa: SLF001 -- of its own kind
        self._offset = at

    def feed(self, chunk: bytes) -> None:
        """Take the next text, cut anywhere, of any length."""
        self._buffer += chunk
        if len(self._buffer) < self._wait:
            return
        taken = self._take(self._buffer.removesuffix(b"\r"))  # which a LF may follow
        self._forget(taken)
        while taken and self._comment is not None:
            taken = self._take(self._buffer.removesuffix(b"\r"))
            self._forget(taken)
        self._wait = 0 if taken else min(2 * len(self._buffer), LONG_RECORD + 1)
        if len(self._buffer) > LONG_RECORD:
            self._shorten()

    def finish(self) -> None:
        """Take the end of the text: the last record may end without a line end."""
        unended = bool(self._dropped or self._buffer)
        if unended := unended and not self._buffer.endswith((b"\n", b"\r")):
            self._buffer += b"\n"
        ends = (self.tally.lf, self._newline)
        while taken := self._take(self._buffer):
            self._forget(taken)
        if self._buffer:
            self._note_opening(self._buffer)
            self.tally.sections = True
            self.tally.lines += self._dropped.lines + count_line_ends(self._buffer) - unended
            self.unterminated = self._opening
        elif unended:
            self.tally.lf -= 1
            self.tally.lines -= 1
            self._correct_line_ends(*ends)
        self._bulk.finish()

    def _correct_line_ends(self, lf: int, newline: bytes | None) -> None:
        """Undo what the line end did that was added to the last record."""
        if newline is None:
            self._newline = None
        if self.tally.lf == lf == 0 and self.tally.found[Finding.OTHER_LINE_END]:
            self.tally.add(Finding.OTHER_LINE_END, -1)
            if not self.tally.found[Finding.OTHER_LINE_END]:
                self.tally.first.pop(Finding.OTHER_LINE_END, None)

    def _take(self, text: bytes) -> int:
        """Count the whole records at the start of `text`, or leave out a comment there."""
        if self._comment is None or self._dropped:
            return self._take_records(text)
        if text.startswith(self._comment):
            end = line_end(text, 0)
            if end == len(text) and not text.endswith((b"\n", b"\r")):
                return 0
            self.tally.add(Finding.COMMENT, 1, Place(self.tally.lines + 1, self._offset))
            self.tally.lines += 1
            return end
        at = 0
        while (at := next_line_that_begins(text, self._comment, at)) >= 0:
            if taken := self._take_records(text[:at]):
                return taken
            # The first record goes on there; what is within it is no comment.
            record = self._syntax.record.match(text)
            if record is None:
                break
            at = max(record.end() - 1, at)
        return self._take_records(text)

    def _take_records(self, text: bytes) -> int:
        """Count the whole records at the start of `text`; return the length of what was counted."""
        taken = 0
        if self._dropped or self.columns is None:
            taken = self._take_first(text)
            if self._dropped or self.columns is None:
                return taken
            text = text[taken:]  # a copy
        return taken + self._reader.read(text, taken)

    def _take_first(self, text: bytes) -> int:
        """Take blank lines and the first record, or the end of a record that was shortened."""
        start = 0
        if not self._dropped:
            start = len(text) - len(text.lstrip(b"\r\n"))
            self.take_records(text[:start], 0, text[:start], sections=0)
        match = self._syntax.record.match(text, start)
        if match is None:
            return start
        body, end = text[start : match.start("end")], match.end()
        width = self._dropped.fields + self._syntax.width(body)
        if self._bulk.columns is None:
            self._bulk.columns = width
            self.first_record = None if self._dropped else body
            self.first_record_at = self._offset + self.stretched(text[:start])
            self._newline = match["end"]
        self._add_one(text[start:end], start, width, junk=bool(match["junk"] or match["more"]))
        self._dropped = Dropped()
        return end

    def _add_one(self, record: bytes, base: int, width: int, *, junk: bool) -> None:
        """Add one record, the beginning of which may have been dropped."""
        if not self._dropped:
            masked, sections = self._syntax.mask(record)
            self.take_records(
                record, base, masked, sections=sections, literal=masked.count(QUOTE) - sections
            )
            return
        irregular = junk or width != self._usual_width
        add_lines(self.tally, record, self._dropped, self._usual_width, self._opening, irregular)
        self.tally.add(Finding.TEXT_AFTER_QUOTE, int(junk), self._opening)
        if width != self.columns:
            self.tally.add(Finding.RAGGED, 1, self._opening)
        add_end_of_record(self.tally, record, width, self._dropped)

    def take_records(
        self, text: bytes, base: int, masked: bytes, *, sections: int, literal: int | None = None
    ) -> None:
        """Count whole records. base: offset of `text` into the buffer."""
        if not text:
            return
        tally, before_lines = self.tally, self.tally.lines
        self._bulk.add(text, masked, sections=sections, literal=literal)
        missing = tally.without_place()
        if missing:
            places = first_places(text, self._syntax, self.columns, missing, self._newline)
            before = self.stretched(self._buffer[:base])
            for finding, place in places:
                offset = self._offset + before + self.stretched(text[: place.offset])
                tally.first[finding] = Place(before_lines + place.line, offset)

    def take_scanned(self, scanned: Scanned, base: int) -> None:
        """Take what a kernel found. base: offset into the buffer of the text that it scanned."""
        lines = self.tally.lines
        for finding, found in self._bulk.add_scanned(scanned):
            at = base + found.offset
            at = self.stretched(self._buffer[:at]) if self._stretch else at
            self.tally.first[finding] = Place(lines + found.lines + 1, self._offset + at)

    def take_plain(
        self, kernel: Kernel, quoting: Quoting, before: bytes, stretch: Stretch
    ) -> PlainText | None:
        """Take a stretch of text as it was, behind what is held, or nothing: see plain_text.py."""
        if self._dropped or self._comment is not None or self._stretch or not self._newline:
            return None
        rules = self._reader.plain_rules(quoting, regular=not stretch.irregular)
        plain = scan_plain(kernel, rules, self.tally, before, stretch)
        if plain is not None:
            for scanned, offset in plain.scans:
                self.take_scanned(scanned, offset)
            self._offset += plain.taken
        return plain

    def hold(self, text: bytes) -> None:
        """Hold the beginning of a record, and nothing else."""
        self._buffer = text
        self._wait = 0

    def take_recovered(self, lines: bytes, base: int) -> None:
        """Count lines of a section that is not believed: their quotes are text."""
        self.tally.add(Finding.SWALLOWED, count_line_ends(lines), self._place(base))
        self.take_records(lines, base, self._syntax.without_quotes(lines), sections=0)

    def note_doubtful(self, base: int) -> None:
        """Note a record of the buffer whose lines are whole records, too. base: its offset."""
        self.tally.add(Finding.DOUBTFUL, 1, self._place(base))

    def _place(self, base: int) -> Place:
        return Place(self.tally.lines + 1, self._offset + self.stretched(self._buffer[:base]))

    def stretched(self, text: bytes) -> int:
        """Return the length of canonical text as it was: with delimiters of several bytes."""
        if not self._stretch:
            return len(text)
        return len(text) + self._stretch * text.count(self._syntax.delimiter)

    def _forget(self, taken: int) -> None:
        self._offset += self.stretched(self._buffer[:taken])
        self._buffer = self._buffer[taken:]

    def _note_opening(self, text: bytes) -> None:
        """Find the quote that opens the section in which the record in `text` goes on."""
        fields = self._syntax.fields.match(text)
        at = fields.end() if fields else 0
        if text[at : at + 1] == QUOTE and not (self._dropped and at == 0):
            line = self.tally.lines + self._dropped.lines + count_line_ends(text[:at]) + 1
            self._opening = Place(line, self._offset + self.stretched(text[:at]))

    def _shorten(self) -> None:
        """Drop the text of a record that is too long to keep."""
        cr = b"\r" if self._buffer.endswith(b"\r") else b""
        text = self._buffer[: len(self._buffer) - len(cr)]
        self._note_opening(text)
        kept = shorten(text, self._dropped, self._syntax, self._usual_width)
        self._offset += self.stretched(text) - self.stretched(kept)
        self._buffer = kept + cr
        self._wait = 0
