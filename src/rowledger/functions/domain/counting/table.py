"""The text of a file as a table: cleaned, read, and with the places of what is in it."""

import re
from collections.abc import Iterator
from dataclasses import replace

from rowledger.functions.domain.counting.blocks import Span
from rowledger.functions.domain.counting.cleaning import Cleaner
from rowledger.functions.domain.counting.contradiction import differing_reading
from rowledger.functions.domain.counting.declared import declaration
from rowledger.functions.domain.counting.encoding import Decoder, begun_character
from rowledger.functions.domain.counting.evidence import main_width
from rowledger.functions.domain.counting.headers import header_names
from rowledger.functions.domain.counting.kernel import Kernel
from rowledger.functions.domain.counting.line_ends import count_line_ends
from rowledger.functions.domain.counting.options import CountOptions
from rowledger.functions.domain.counting.plain_text import PlainText, Stretch
from rowledger.functions.domain.counting.preamble import preamble
from rowledger.functions.domain.counting.reading import as_text
from rowledger.functions.domain.counting.readings import Readings
from rowledger.functions.domain.counting.records import LONG_RECORD
from rowledger.functions.domain.counting.report import (
    warnings_of_dialect,
    warnings_of_marks,
    warnings_of_reading,
    warnings_of_separators,
)
from rowledger.functions.domain.counting.tally import Finding, Place
from rowledger.functions.domain.counting.told import in_one_byte
from rowledger.functions.domain.dialect import Dialect
from rowledger.functions.domain.rejection import Rejection
from rowledger.functions.domain.warning import FileWarning, WarningCode

_LINE_END = re.compile(rb"\r\n|\n|\r(?!\Z)")
# A first line that is longer declares nothing.
_LONGEST_START = 1 << 16


class Table:
    """Takes the decoded text of a file and counts it.

    readings: what counts it.
    """

    def __init__(self, options: CountOptions, *, header: bool) -> None:
        """header: the first record names the columns."""
        self._options = options
        self._has_header = header
        self._cleaner = Cleaner()
        self.readings = Readings(options.told)
        self._start: bytes | None = b""
        self._declared = 0
        self._to_skip = options.skip_lines
        self._skipped = 0
        self._skipped_lines = 0

    @property
    def records(self) -> int:
        primary = self.readings.primary
        return primary.tally.records if primary else 0

    @property
    def columns(self) -> int | None:
        primary = self.readings.primary
        return primary.columns if primary else None

    @property
    def unterminated(self) -> Place | None:
        primary = self.readings.primary
        return primary.unterminated if primary else None

    def feed(self, text: bytes) -> None:
        """Take the next text, cut at fixed offsets."""
        self._take(self._cleaner.clean(text), last=False)

    def take_plain(self, kernel: Kernel, blocks: Span, *, one_block: bool) -> PlainText | None:
        """Take whole blocks of UTF-8 at once, or nothing: see plain_text.py."""
        if self._start is not None:
            return None
        data, start, end = blocks.data, blocks.start, blocks.end
        ending = self._cleaner.ending(data, end)
        if ending < end and begun_character(data, ending) < ending:
            return None
        irregular = one_block or blocks.number <= self.readings.calm_blocks
        stretch = Stretch(data, start, ending, blocks.number, one_block, irregular)
        plain = self.readings.take_plain(kernel, self._cleaner.held, stretch)
        if plain is not None:
            self._cleaner.pass_by(data, start, end, ending)
        return plain

    def finish(self) -> None:
        """Take the end of the text."""
        primary = self.readings.primary
        tabs = primary.reading.delimiter == b"\t" if primary else b"\t" in self.readings.head
        self._take(self._cleaner.finish(tabs_delimit=tabs), last=True)
        self.readings.finish()

    def line_after(self, text: bytes) -> int:
        """Return the 1-based line that follows everything taken so far and then `text`."""
        waiting = (self._start or b"") + self.readings.waiting + self._cleaner.held
        primary = self.readings.primary
        lines = primary.tally.lines if primary else self._skipped_lines
        return lines + count_line_ends(waiting + text) + 1

    def dialect(self, encoding: str, compression: str | None) -> Dialect | None:
        """Return the dialect as far as it is known; None before anything is."""
        primary = self.readings.primary
        if primary is None:
            return None
        reading = primary.reading
        delimiter = reading.delimiter
        # A file whose beginning is one column is read as if delimited by commas.
        several = main_width(primary.tally) is not None or (primary.columns or 0) > 1
        return Dialect(
            delimiter=as_text(delimiter) if delimiter and (several or self._is_told) else None,
            quote=as_text(reading.quote) if reading.quote and primary.tally.sections else None,
            escape="\\" if reading.escapes else None,
            newline=primary.newline,
            encoding=encoding,
            compression=compression,
            header=self._has_header,
        )

    def header(self, encoding: str) -> tuple[str, ...] | None:
        """Return the names in the first record; None where it was not kept."""
        primary = self.readings.primary
        if primary is None or (span := primary.first_record) is None:
            return None
        start, end = (offset - self._skipped for offset in span)
        head = self.readings.head
        # Names that are cut are worse than none: their digest would tell of a change.
        if not start < end <= min(len(head), start + LONG_RECORD):
            return None
        return header_names(head[start:end], primary.reading, encoding)

    def contradiction(self) -> Rejection | None:
        """Say what of the text contradicts the reading that is told; None where nothing does."""
        primary, readings = self.readings.primary, self.readings
        if primary is None:
            return None
        told = in_one_byte(self._options.told, readings.head)
        return differing_reading(
            told, primary.reading, readings.head, complete=readings.head_is_all
        )

    def locate(self, place: Place | None, decoder: Decoder) -> tuple[int | None, int | None]:
        """Return the line of a place in the text that was read, and its offset in the file."""
        if place is None:
            return None, None
        offset = decoder.source_offset(self._cleaner.original_offset(place.offset))
        return place.line or None, offset

    def warnings(self, decoder: Decoder) -> Iterator[FileWarning]:
        """Yield what the file's owner should know."""
        primary = self.readings.primary
        if primary is None:
            return

        def locate(place: Place | None) -> tuple[int | None, int | None]:
            return self.locate(place, decoder)

        yield from warnings_of_dialect(self.readings, locate, header=self._has_header)
        yield from warnings_of_reading(primary, locate, header=self._has_header)
        yield from self._warnings_of_lines(decoder)
        yield from warnings_of_marks(self._cleaner, decoder)
        if primary.newline is None:
            yield from warnings_of_separators(self.readings.head)

    def _warnings_of_lines(self, decoder: Decoder) -> Iterator[FileWarning]:
        primary = self.readings.primary
        if primary is None:
            return
        ignored = WarningCode.IGNORED_LINES
        if self._options.skip_lines:
            count = self._options.skip_lines
            yield FileWarning(
                ignored, f"Left out, as told: the first {count:,} lines.", count, 1, 0
            )
        if self._declared:
            yield FileWarning(
                ignored, "Left out: the line that declares the delimiter.", 1, self._declared, None
            )
        comments = primary.tally.found[Finding.COMMENT]
        if comments:
            line, offset = self.locate(primary.tally.first.get(Finding.COMMENT), decoder)
            message = f"Left out, as told: {comments:,} comments."
            yield FileWarning(ignored, message, comments, line, offset)
        above = preamble(self.readings.head, primary.reading, main_width(primary.tally))
        if above.lines:
            message = f"{above.lines:,} lines above the table are counted as records."
            yield FileWarning(WarningCode.PREAMBLE, message, above.lines, 1, 0)
        if above.comments and not comments:
            message = f"{above.comments:,} lines that begin with # are counted as records."
            yield FileWarning(WarningCode.COMMENT_LINES, message, above.comments)

    @property
    def _is_told(self) -> bool:
        return bool(self._options.delimiter)

    def _take(self, text: bytes, *, last: bool) -> None:
        if self._start is None:
            self.readings.feed(text)
            return
        self._start += text
        self._leave_out_told_lines()
        waits = self._to_skip or not _LINE_END.search(self._start)
        if not last and waits and len(self._start) < _LONGEST_START:
            return
        start, self._start = self._start, None
        self.readings.feed(self._without_declaration(start))

    def _leave_out_told_lines(self) -> None:
        """Drop of the start what is of the lines that are to be left out, of any length."""
        text, at = self._start or b"", 0
        while self._to_skip and (end := _LINE_END.search(text, at)):
            at = end.end()
            self._to_skip -= 1
            self._skipped_lines += 1
        if self._to_skip:
            at = len(text) - text.endswith(b"\r")  # which a LF may follow
        self._skipped += at
        self._start = text[at:]

    def _without_declaration(self, text: bytes) -> bytes:
        """Leave out a line that declares the delimiter."""
        if self._to_skip:  # the file ended in the lines that are left out
            self._skipped += len(text)
            text = b""
        at = 0
        if declared := declaration(text):
            self._skipped_lines += 1
            self._declared = self._skipped_lines
            at = declared.size
            self._skipped += at
            told = self._options.told
            if told.delimiter is None and declared.delimiter in text[at:]:
                self.readings.tell(replace(told, delimiter=declared.delimiter))
        self.readings.skip(self._skipped, self._skipped_lines)
        return text[at:]
