"""Adding whole records to a tally without looking at each of them."""

from collections import Counter

from rowledger.functions.domain.counting.kernel import Found, Scanned
from rowledger.functions.domain.counting.line_ends import count_line_ends
from rowledger.functions.domain.counting.line_ends import tally as tally_line_ends
from rowledger.functions.domain.counting.syntax import Syntax
from rowledger.functions.domain.counting.tally import Finding, Tally


class BulkCounter:
    """Adds whole records to `tally`; remembers how records look, which makes the next ones cheap.

    columns: fields of the first record, once it is known.
    """

    def __init__(self, syntax: Syntax, tally: Tally) -> None:
        self._syntax = syntax
        self.tally = tally
        self.columns: int | None = None
        self._width = 0
        self._end = b"\n"
        self._blank_tail = 0

    def add(self, text: bytes, masked: bytes, *, sections: int, literal: int | None = None) -> None:
        """Add whole records.

        Args:
            text: of the records, their line ends included.
            masked: the same with a quote instead of each section; `text` itself without sections.
            sections: how many there are; any number but 0 where it is not known.
            literal: quotes that are text; None where every quote is regular.
        """
        skeleton = self._syntax.skeleton(masked)
        pattern = self._syntax.delimiter * (self._width - 1) + self._end
        times, rest = divmod(len(skeleton), len(pattern))
        uniform = self._width > 1 and not rest and skeleton == pattern * times
        # A CR and a LF with text between them look like one line end in the skeleton.
        if uniform and (self._end != b"\r\n" or masked.count(b"\r\n") == times):
            self._add_uniform(masked, times)
            ends = times
        else:
            ends = self._add_various(masked)
        tally = self.tally
        tally.lines += ends if masked is text else count_line_ends(text)
        tally.sections |= sections > 0
        if literal is not None:
            tally.add(Finding.LITERAL_QUOTE, literal)
            tally.add(Finding.TEXT_AFTER_QUOTE, len(self._syntax.junk.findall(b"\n" + masked)))

    def add_scanned(self, scanned: Scanned) -> list[tuple[Finding, Found]]:
        """Add the whole records that a kernel found; return the findings that lack a place."""
        tally = self.tally
        before = (tally.lf, tally.crlf, tally.cr)
        tally.lf += scanned.lf
        tally.crlf += scanned.crlf
        tally.cr += scanned.cr
        self._note_mixed_line_ends(before)
        for width, times in scanned.widths:
            tally.add_width(width, times)
        tally.lines += scanned.lines
        tally.sections |= scanned.quoted
        for finding, found in scanned.found.items():
            if finding is not Finding.OTHER_LINE_END:  # which counts kinds, and not records
                tally.add(finding, found.times)
        self._blank_tail = scanned.blank_tail + (0 if scanned.widths else self._blank_tail)
        if not scanned.found:
            return []
        missing = tally.without_place()
        return [each for each in scanned.found.items() if each[0] in missing]

    def finish(self) -> None:
        """Forget the blank lines at the very end: they are between no records."""
        self.tally.add(Finding.BLANK_LINE, -self._blank_tail)
        if not self.tally.found[Finding.BLANK_LINE]:
            self.tally.first.pop(Finding.BLANK_LINE, None)
        self._blank_tail = 0

    def _add_uniform(self, masked: bytes, records: int) -> None:
        tally = self.tally
        tally.add_width(self._width, records)
        if self._end == b"\n":
            tally.lf += records
        elif self._end == b"\r\n":
            tally.crlf += records
        else:
            tally.cr += records
        self._blank_tail = 0
        if self._width != self.columns:
            tally.add(Finding.RAGGED, records)
        self._add_empty_records(masked)

    def _add_empty_records(self, masked: bytes) -> None:
        delimiter = self._syntax.delimiter
        if (
            masked.startswith(delimiter)
            or b"\n" + delimiter in masked
            or b"\r" + delimiter in masked
        ):
            found = self._syntax.empty_record.findall(b"\n" + masked)
            self.tally.add(Finding.EMPTY_RECORD, len(found))

    def _add_various(self, masked: bytes) -> int:
        """Add records of several widths or line ends; return how many line ends there are."""
        tally, syntax = self.tally, self._syntax
        unified = masked
        if b"\r" in masked:
            unified = masked.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        skeleton = syntax.skeleton(unified)
        structure = skeleton.translate(None, syntax.controls)
        tally.add(Finding.CONTROL, len(skeleton) - len(structure))
        ends = tally_line_ends(masked)
        if ends.total == ends.blank:
            self._blank_tail += ends.blank
        else:
            self._blank_tail = _blank_lines_at_the_end(masked)
        tally.add(Finding.BLANK_LINE, ends.blank)
        before = (tally.lf, tally.crlf, tally.cr)
        tally.lf += ends.lf
        tally.crlf += ends.crlf
        tally.cr += ends.cr
        self._note_mixed_line_ends(before)
        widths = Counter(map(len, structure.split(b"\n")[:-1]))
        widths[0] -= ends.blank
        for delimiters, times in widths.items():
            if times:
                tally.add_width(delimiters + 1, times)
                if self.columns is not None and delimiters + 1 != self.columns:
                    tally.add(Finding.RAGGED, times)
        if widths:
            self._width = max(widths, key=lambda each: (widths[each], each)) + 1
            kinds = {b"\n": ends.lf, b"\r\n": ends.crlf, b"\r": ends.cr}
            self._end = max(kinds, key=kinds.__getitem__)
            self._add_empty_records(masked)
        return ends.total

    def _note_mixed_line_ends(self, before: tuple[int, int, int]) -> None:
        """Count the line ends of other kinds than those there were before."""
        tally = self.tally
        kinds = sum(map(bool, (tally.lf, tally.crlf, tally.cr)))
        tally.add(Finding.OTHER_LINE_END, max(kinds - max(sum(map(bool, before)), 1), 0))


def _blank_lines_at_the_end(masked: bytes) -> int:
    ends = masked[len(masked.rstrip(b"\r\n")) :]
    return count_line_ends(ends) - 1
