"""Counting under the reading that detection chose, as long as the text agrees with it."""

from rowledger.functions.domain.counting.detection import (
    SAMPLE_SIZE,
    Detection,
    Hypothesis,
    compare,
    detect,
)
from rowledger.functions.domain.counting.evidence import UNDECIDED, cost_of, main_width
from rowledger.functions.domain.counting.kernel import Kernel
from rowledger.functions.domain.counting.line_ends import count_line_ends
from rowledger.functions.domain.counting.plain_text import MOST_BLOCKS, PlainText, Stretch
from rowledger.functions.domain.counting.reading_counter import ReadingCounter
from rowledger.functions.domain.counting.records import LONG_RECORD
from rowledger.functions.domain.counting.tally import Finding, Place, Tally
from rowledger.functions.domain.counting.told import Told, in_one_byte

# A reading that costs so much more than another is refuted.
_REFUTED = 60
# Such a share of records of unusual width in a block contradicts the reading.
_RAGGED_SHARE = 0.2
_CONTRADICTIONS = (
    Finding.TEXT_AFTER_QUOTE,
    Finding.SWALLOWED,
    Finding.DOUBTFUL,
    Finding.LITERAL_QUOTE,
    Finding.OTHER_LINE_END,
)


class Readings:
    """Counts a text under the best reading, and beside it under one that is not ruled out.

    detection: what the beginning of the text showed; None before it is decided.
    head: the beginning of the text, for the names of the columns.
    late: where another reading took over; None where none did.
    """

    def __init__(self, told: Told) -> None:
        self._told = told
        self._primary: ReadingCounter | None = None
        self._rival: ReadingCounter | None = None
        # The text of the record that has not ended; None where that is too long to keep.
        self._recent: bytes | None = b""
        self._taken = 0
        self._skipped = (0, 0)
        self._wait = SAMPLE_SIZE
        self._contradicted = 0
        # The block before, and the tally before it, where no reading explained it.
        self._unexplained: tuple[bytes, Tally] | None = None
        self.head = b""
        self.detection: Detection | None = None
        self.late: Place | None = None

    @property
    def primary(self) -> ReadingCounter | None:
        """The reading that counts; None before it is decided."""
        return self._primary

    @property
    def head_is_all(self) -> bool:
        """Whether there was no more text than its beginning."""
        return self._taken == len(self.head)

    @property
    def waiting(self) -> bytes:
        """The text that is not counted yet; not of a record that is too long to keep."""
        return self.head if self._primary is None else self._recent or b""

    def skip(self, size: int, lines: int) -> None:
        """Begin behind text that is no part of what is counted."""
        self._skipped = (self._skipped[0] + size, self._skipped[1] + lines)

    def tell(self, told: Told) -> None:
        """Take what is told of the reading, before any text."""
        self._told = told

    def feed(self, text: bytes) -> None:
        """Take the next text, cut at fixed offsets."""
        if self._primary is not None:
            self._count(self._primary, text)
            return
        self.head += text
        if len(self.head) >= self._wait:
            self._decide(complete=False)

    def take_plain(self, kernel: Kernel, held: bytes, stretch: Stretch) -> PlainText | None:
        """Take a stretch of text behind `held` at once, or nothing: see plain_text.py."""
        primary = self._primary
        if primary is None or self._rival is not None or self._recent is None:
            return None
        before = primary.tally.copy() if stretch.one_block else None
        plain = primary.take_plain(kernel, self._recent + held, stretch)
        if plain is None:
            return None
        self._contradicted += plain.contradicting
        self._taken += len(held) + stretch.size
        if before is not None and self._contradicts(before, primary.tally):
            text = held + stretch.text
            self._reconsider(primary, self._recent, text, before)
            self._keep_recent(text)
        else:
            self._unexplained = None
            self._recent = plain.rest
        return plain

    @property
    def calm_blocks(self) -> int:
        """How many blocks may contradict the reading before it is reconsidered."""
        if self._told.strict:
            return MOST_BLOCKS
        return (1 << self._contradicted.bit_length()) - self._contradicted - 1

    def finish(self) -> None:
        """Take the end of the text, and choose between what still stands."""
        if self._primary is None:
            self._decide(complete=True)
        assert self._primary is not None  # noqa: S101 -- for the type checker
        self._primary.finish()
        if self._rival is None:
            return
        self._rival.finish()
        best, other = _cost(self._primary), _cost(self._rival)
        if self._is_a_variant(self._rival) and other < best - UNDECIDED:
            self._primary, self._rival = self._rival, self._primary
            if self.late is None:
                self.late = Place(1, 0)
        if abs(other - best) >= UNDECIDED and self._is_a_variant(self._rival):
            self._rival = None

    @property
    def undecided(self) -> ReadingCounter | None:
        """The reading that stands beside the primary one to the end, with another number."""
        if self._rival is None or self._primary is None or self._rival.unterminated:
            return None
        same = self._rival.tally.records == self._primary.tally.records
        return None if same else self._rival

    def _is_a_variant(self, rival: ReadingCounter) -> bool:
        primary = self._primary
        return primary is not None and rival.reading.delimiter == primary.reading.delimiter

    def _decide(self, *, complete: bool) -> None:
        self._told = in_one_byte(self._told, self.head)
        self.detection = detect(self.head[:LONG_RECORD], complete=complete, told=self._told)
        best = self.detection.best
        unfinished = best.records < 1 or (best.records == 1 and not count_line_ends(self.head))
        if not complete and unfinished and len(self.head) < LONG_RECORD:
            # The first record has the names of the columns.
            self._wait = 2 * len(self.head)
            return
        self._primary = self._counter(best)
        if self.detection.rival is not None:
            self._rival = self._counter(self.detection.rival)
        head = self.head
        self._count(self._primary, head, first=True)

    def _reading_counter(self, hypothesis: Hypothesis) -> ReadingCounter:
        return ReadingCounter(
            hypothesis.reading, usual_width=hypothesis.usual_width, comment=self._told.comment
        )

    def _counter(self, hypothesis: Hypothesis) -> ReadingCounter:
        counter = self._reading_counter(hypothesis)
        counter.skip(*self._skipped)
        return counter

    def _count(self, primary: ReadingCounter, text: bytes, *, first: bool = False) -> None:
        before = primary.tally.copy() if not first else Tally()
        primary.feed(text)
        if self._rival is not None:
            self._rival.feed(text)
            if _cost(self._rival) > _cost(primary) + _REFUTED:
                self._rival = None
        self._taken += len(text)
        if not first and self._recent is not None and self._contradicts(before, primary.tally):
            self._reconsider(primary, self._recent, text, before)
        else:
            self._unexplained = None
        self._keep_recent(text)

    def _keep_recent(self, text: bytes) -> None:
        """Keep the text of the record that has not ended."""
        held = self._primary.held if self._primary is not None else 0
        if held > LONG_RECORD:
            self._recent = None
        elif held > len(text):
            self._recent = None if self._recent is None else (self._recent + text)[-held:]
        else:
            self._recent = text[len(text) - held :]

    def _contradicts(self, before: Tally, after: Tally) -> bool:
        """Say whether a block holds what the reading does not explain; ever more rarely asked."""
        found = any(after.found[each] > before.found[each] for each in _CONTRADICTIONS)
        records = after.records - before.records
        width = main_width(before)
        if not found and records and width is not None:
            usual = after.widths[width] - before.widths[width]
            found = records - usual > _RAGGED_SHARE * records
        elif not found and width is None:
            found = main_width(after) is not None
        if not found or self._told.strict:
            return False
        self._contradicted += 1
        return self._contradicted & (self._contradicted - 1) == 0

    def _reconsider(
        self, primary: ReadingCounter, recent: bytes, text: bytes, before: Tally
    ) -> None:
        """Look for a reading that explains this block; go on with it where the block begins.

        Where none does, the block is looked at again with the next one: it may end too early.
        """
        evidence = recent + text
        better = compare(primary.reading, _from_first_quote(evidence), self._told)
        if better is None and self._unexplained is not None:
            evidence, before = self._unexplained[0] + text, self._unexplained[1]
            better = compare(primary.reading, _from_first_quote(evidence), self._told)
        if better is None:
            self._unexplained = (recent + text, before)
            return
        start = self._taken - len(evidence) + self._skipped[0]
        counter = self._reading_counter(better)
        counter.continue_from(primary, start, before)
        counter.feed(evidence)
        if self.late is None:
            self.late = Place(before.lines + 1, start)
        self._primary, self._rival = counter, primary


def _from_first_quote(text: bytes) -> bytes:
    """Leave out the lines before the first quote: all readings count those alike."""
    quotes = [at for at in (text.find(b'"'), text.find(b"'")) if at >= 0]
    if not quotes:
        return text
    first = min(quotes)
    return text[max(text.rfind(b"\n", 0, first), text.rfind(b"\r", 0, first)) + 1 :]


def _cost(counter: ReadingCounter) -> float:
    return cost_of(counter.reading, counter.tally, unterminated=counter.unterminated is not None)
