"""Counting records in text whose dialect is known."""

from dataclasses import dataclass

from rowledger.functions.domain.counting.line_ends import LineEnds, count_line_ends, tally
from rowledger.functions.domain.counting.masking import EXACT_BELOW, QuoteMask

_LINE_ENDS = b"\r\n"
_BACKSLASH = b"\\"


@dataclass(frozen=True, slots=True)
class Opening:
    """Where a quoted section begins: a 1-based line and a 0-based offset into the text."""

    line: int
    offset: int


class RecordScanner:
    """Counts records and the first record's fields, in memory bounded by the chunk it is fed.

    A record ends at LF, CRLF or CR outside quotes, or at the end of the text. A line of no bytes
    is no record (csv.reader's rule); a line of blanks is one.

    records: the records that have ended so far.
    columns: fields of the first record so far; None before it.
    lines: physical lines that have ended so far, inside quotes or out.
    opening: the quote of the last section that went on at the end of a chunk.
    """

    def __init__(
        self,
        delimiter: bytes = b",",
        *,
        backslash_escapes: bool = False,
        exact_below: int = EXACT_BELOW,
    ) -> None:
        r"""backslash_escapes: `\"` is a literal quote and `\\` a literal backslash."""
        self._delimiter = delimiter
        self._backslash_escapes = backslash_escapes
        self._mask = QuoteMask(delimiter, exact_below)
        self._held = b""
        self._offset = 0
        self.opening: Opening | None = None
        self._in_record = False
        self._in_first_record = True
        self._seen = LineEnds()
        self.records = 0
        self.columns: int | None = None
        self.lines = 0

    @property
    def quoted(self) -> bool:
        return self._mask.quoted

    @property
    def unterminated(self) -> Opening | None:
        """The quote whose section has not ended; final once finish() was called."""
        return self.opening if self._mask.inside else None

    @property
    def newline(self) -> str | None:
        """What ends records so far, in the words of Dialect.newline."""
        kinds = {"LF": self._seen.lf, "CRLF": self._seen.crlf, "CR": self._seen.cr}
        found = [kind for kind, times in kinds.items() if times]
        if len(found) > 1:
            return "mixed"
        return found[0] if found else None

    def line_after(self, text: bytes) -> int:
        """Return the 1-based line that follows everything fed so far and then `text`."""
        return self.lines + count_line_ends(self._held + text) + 1

    def feed(self, chunk: bytes) -> None:
        """Take the next text, cut anywhere, of any length."""
        block = self._held + chunk
        keep = len(block) - 1 if self._ends_undecided(block) else len(block)
        self._held = block[keep:]
        self._scan(block[:keep])

    def finish(self) -> None:
        """Take the end of the text: the last record may end without a line end."""
        self._scan(self._held)
        self._held = b""
        self.records += self._in_record
        self._in_record = False

    def _ends_undecided(self, block: bytes) -> bool:
        """Say whether the last byte's meaning depends on the next: a CR, an escape."""
        if self._backslash_escapes and block.endswith(_BACKSLASH):
            return (len(block) - len(block.rstrip(_BACKSLASH))) % 2 == 1
        return block.endswith(b"\r")

    def _scan(self, block: bytes) -> None:
        if self._backslash_escapes:
            block = block.replace(rb"\\", b"__").replace(rb"\"", b"__")
        masked = self._mask.mask(block)
        self._note_opening(block)
        lines = self._count(masked) if masked else 0
        self.lines += lines if masked is block else count_line_ends(block)
        self._offset += len(block)

    def _note_opening(self, block: bytes) -> None:
        inside_block = self._mask.opened_at - self._offset
        if self._mask.may_be_inside and inside_block >= 0:
            line = self.lines + count_line_ends(block[:inside_block]) + 1
            self.opening = Opening(line, self._mask.opened_at)

    def _count(self, masked: bytes) -> int:
        """Count the records that end in text without quoted sections; return its line ends."""
        if self._in_first_record:
            self._count_columns(masked)
        # A line end that comes first ends the record before it: one byte keeps it from being blank.
        ends = tally(b"_" + masked if self._in_record else masked)
        self.records += ends.total - ends.blank
        self._in_record = masked[-1:] not in _LINE_ENDS
        self._seen = LineEnds(
            self._seen.lf + ends.lf, self._seen.crlf + ends.crlf, self._seen.cr + ends.cr
        )
        return ends.total

    def _count_columns(self, masked: bytes) -> None:
        rest = masked if self._in_record else masked.lstrip(_LINE_ENDS)
        if not rest:
            return
        ends = [end for end in (rest.find(b"\n"), rest.find(b"\r")) if end >= 0]
        record = rest[: min(ends)] if ends else rest
        self.columns = (self.columns or 1) + record.count(self._delimiter)
        self._in_first_record = not ends
