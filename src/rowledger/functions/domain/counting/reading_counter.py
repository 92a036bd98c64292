"""Counting a text under one reading."""

from rowledger.functions.domain.counting.canonical import Canonicaliser
from rowledger.functions.domain.counting.kernel import Kernel
from rowledger.functions.domain.counting.plain_text import PlainText, Stretch
from rowledger.functions.domain.counting.reading import ReadingRules, RecordEnds
from rowledger.functions.domain.counting.record_reader import EXACT_BELOW
from rowledger.functions.domain.counting.records import RecordScanner
from rowledger.functions.domain.counting.tally import Place, Tally


class ReadingCounter:
    """Counts the records of a text under one reading, in one pass and constant memory."""

    def __init__(
        self,
        reading: ReadingRules,
        *,
        usual_width: int | None = None,
        comment: bytes | None = None,
        exact_below: int = EXACT_BELOW,
    ) -> None:
        """usual_width: fields of most records, for recovery.py; None believes every section.

        comment: what a line that is no record begins with.
        """
        self.reading = reading
        self.usual_width = usual_width
        self._canonical = Canonicaliser(reading)
        self._scanner = RecordScanner(
            self._canonical.delimiter,
            usual_width=usual_width,
            exact_below=exact_below,
            comment=comment,
            delimiter_length=len(reading.delimiter or b"x"),
        )

    @property
    def tally(self) -> Tally:
        return self._scanner.tally

    @property
    def columns(self) -> int | None:
        return self._scanner.columns

    @property
    def newline(self) -> str | None:
        """What ends records, in the words of Dialect.newline."""
        if self.reading.ends is RecordEnds.RECORD_SEPARATOR:
            return "RS" if self.tally.lf else None
        return self.tally.newline

    @property
    def unterminated(self) -> Place | None:
        return self._scanner.unterminated

    @property
    def first_record(self) -> tuple[int, int] | None:
        """Where the first record begins and ends in the text; None where it was not kept."""
        record, start = self._scanner.first_record, self._scanner.first_record_at
        return None if record is None else (start, start + self._scanner.stretched(record))

    @property
    def held(self) -> int:
        """How many bytes at the end of the text are of a record that has not ended."""
        return self._canonical.held + self._scanner.held

    def skip(self, size: int, lines: int) -> None:
        """Begin behind text that is no part of what is counted. size: in bytes."""
        self._scanner.skip(size, lines)

    def continue_from(self, other: "ReadingCounter", at: int, tally: Tally) -> None:
        """Go on where another reading's records ended.

        Args:
            other: it counted the text so far.
            at: offset into the text.
            tally: of the text so far.
        """
        self._scanner.continue_from(other._scanner, at, tally)  # noqa: SLF001 -- of its own kind

    def take_plain(self, kernel: Kernel, before: bytes, stretch: Stretch) -> PlainText | None:
        """Take a stretch of text at once, or nothing: see plain_text.py.

        before: the record that has not ended, and what follows it up to the stretch.
        """
        quoting = self._canonical.quoting
        if quoting is None:
            return None
        plain = self._scanner.take_plain(kernel, quoting, before, stretch)
        if plain is not None:
            self._scanner.hold(self._canonical.restart(plain.rest))
        return plain

    def feed(self, text: bytes) -> None:
        """Take the next text, cut anywhere."""
        self._scanner.feed(self._canonical.feed(text))

    def finish(self) -> None:
        """Take the end of the text."""
        self._scanner.feed(self._canonical.finish())
        self._scanner.finish()
