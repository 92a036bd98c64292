"""Choosing the reading that explains a text best: hypotheses are tried, scored and compared."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from rowledger.functions.domain.counting.delimiters import COMMON, candidates
from rowledger.functions.domain.counting.evidence import (
    UNDECIDED,
    Evidence,
    clean_share,
    cost_of,
    main_width,
    table_of,
    uniformity,
)
from rowledger.functions.domain.counting.line_ends import count_line_ends
from rowledger.functions.domain.counting.reading import ReadingRules, RecordEnds
from rowledger.functions.domain.counting.reading_counter import ReadingCounter
from rowledger.functions.domain.counting.syntax import syntax_of

SAMPLE_SIZE = 64 * 1024
_LONE_CR = re.compile(rb"\r(?!\n)")
_QUOTED = re.compile(rb'"[^"\r\n]*+"')
_ESCAPED = re.compile(rb"\\[\"'\r\n]")
# Two delimiters that explain a text about equally well leave it undecided.
_CLOSE = 0.7
# Under a common delimiter, without anomalies, so much of a table leaves no doubt.
_SURE = 0.9
# A header with fields that have no name: perhaps the delimiter is longer.
_NAMELESS = 0.7
# The whole text ends inside quotes: the reading rejects it.
_UNTERMINATED = 0.5
_NO_RECORD = 0.001
_LINES = 500


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A reading that was tried on a sample.

    records: how many it finds there. usual_width: fields of most of them.
    """

    reading: ReadingRules
    evidence: Evidence
    records: int
    usual_width: int | None


@dataclass(frozen=True, slots=True)
class Detection:
    """What a sample shows.

    ranked: every hypothesis that was tried, the best first.
    rival: the best one with another number of records that the sample does not rule out.
    confidence: from 0 to 1, how far the best is ahead of what would count otherwise.
    """

    ranked: tuple[Hypothesis, ...]
    rival: Hypothesis | None
    confidence: float

    @property
    def best(self) -> Hypothesis:
        return self.ranked[0]


def detect(sample: bytes, *, complete: bool, told: "Told | None" = None) -> Detection:
    """Find the reading of a text from its beginning; complete: there is no more.

    told: what is known of the reading, and not to be found.
    """
    return _Search(sample, complete=complete, told=told or Told()).detection()


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a reading; each None is found.

    delimiter: b"" for one column. quote: b"" for none.
    comment: what a line that is no record begins with.
    strict: by RFC 4180, with what is told, and nothing else: every quoted section is believed.
    """

    delimiter: bytes | None = None
    quote: bytes | None = None
    escapes: bool | None = None
    comment: bytes | None = None
    strict: bool = False

    def base(self) -> ReadingRules:
        reading = ReadingRules()
        if self.delimiter is not None:
            reading = replace(reading, delimiter=self.delimiter or None)
        if self.quote is not None:
            reading = replace(reading, quote=self.quote or None)
        return replace(reading, escapes=bool(self.escapes))


def in_one_byte(told: Told, text: bytes) -> Told:
    """Return what is told in the encoding of a text of one byte a character that is no UTF-8."""
    delimiter = told.delimiter
    if not delimiter or delimiter.isascii() or delimiter in text:
        return told
    try:
        codecs.utf_8_decode(text, "strict", False)  # noqa: FBT003 -- taken by position
    except UnicodeDecodeError:
        return replace(told, delimiter=delimiter.decode().encode("windows-1252", "ignore"))
    return told


def compare(reading: ReadingRules, sample: bytes, told: Told) -> Hypothesis | None:
    """Return the reading that explains a sample from within a text clearly better, if there is one.

    reading: what the text was read by so far.
    """
    current, best = weigh(reading, sample, told, complete=False)
    if best.reading.delimiter == reading.delimiter:
        clearly = current.evidence.cost - best.evidence.cost >= UNDECIDED
    else:
        # A text of one column counts the same under every delimiter, but where it is a table.
        clearly = best.reading.delimiter is not None
        clearly &= current.evidence.table < _CLOSE * best.evidence.table
    return best if clearly else None


def weigh(
    reading: ReadingRules, sample: bytes, told: Told, *, complete: bool
) -> tuple[Hypothesis, Hypothesis]:
    """Return how well a reading explains a sample, and the reading that explains it best."""
    search = _Search(sample, complete=complete, told=told)
    best = search.detection().best
    return search.hypothesis(reading), best


class _Search:
    def __init__(self, sample: bytes, *, complete: bool, told: Told) -> None:
        self._sample = sample
        self._complete = complete
        self._told = told
        self._lines = [line for line in sample.splitlines() if line]
        if told.comment:
            self._lines = [line for line in self._lines if not line.startswith(told.comment)]
        if not complete and len(self._lines) > 1:
            self._lines.pop()  # perhaps cut
        self._quotes = sample.count(b'"')
        self._masked = self._lines[:_LINES]
        if self._quotes and self._masked:
            self._masked = _QUOTED.sub(b'"', b"\n".join(self._masked)).split(b"\n")
        self._tried: dict[ReadingRules, Hypothesis] = {}

    def detection(self) -> Detection:
        base = self._told.base()
        if b"\x1e" in self._sample and b"\n" not in self._sample and b"\r" not in self._sample:
            base = replace(base, ends=RecordEnds.RECORD_SEPARATOR)
            self._lines = [line for line in self._sample.split(b"\x1e") if line]
            self._masked = self._lines
        delimiters: list[bytes | None] = [base.delimiter]
        if self._told.delimiter is None:
            delimiters = [*candidates(self._lines), None]
            if base.ends is RecordEnds.RECORD_SEPARATOR:
                delimiters = [each for each in delimiters if each != b"\x1e"]
        self._others = [each for each in delimiters if each is not None and len(each) == 1][:4]
        bests = []
        for each in delimiters:
            bests.append(self._best_variant(replace(base, delimiter=each)))
            if each not in COMMON and bests and self._is_sure(bests):
                break  # none that is rarer can be better
        bests.sort(key=lambda each: -each.evidence.table)  # stable: the usual first among equals
        best = bests[0]
        rest = [each for each in self._tried.values() if each is not best]
        rest.sort(key=lambda each: (-each.evidence.table, each.evidence.cost))
        return Detection((best, *rest), self._rival(best, bests), self._confidence(best, bests))

    def _is_sure(self, bests: list[Hypothesis]) -> bool:
        return any(each.evidence.table >= _SURE and each.evidence.cost == 0 for each in bests)

    def _rival(self, best: Hypothesis, bests: list[Hypothesis]) -> Hypothesis | None:
        """Return what the sample does not rule out, and would count otherwise."""
        close = [
            each
            for each in self._tried.values()
            if each.reading.delimiter == best.reading.delimiter
            and each.records != best.records
            and each.evidence.cost - best.evidence.cost < UNDECIDED
            and best.evidence.cost > 0
        ]
        if close:
            return min(close, key=lambda each: each.evidence.cost)
        return next(
            (
                each
                for each in bests[1:]
                if each.records != best.records
                and each.evidence.table > _CLOSE * best.evidence.table
            ),
            None,
        )

    def _confidence(self, best: Hypothesis, bests: list[Hypothesis]) -> float:
        """Compare the best with the best of those that differ in what they count or split."""
        others = [each.evidence.table for each in bests[1:]]
        ahead = 1 - max(others, default=0) / best.evidence.table if best.evidence.table else 0.0
        costs = [
            each.evidence.cost - best.evidence.cost
            for each in self._tried.values()
            if each.reading.delimiter == best.reading.delimiter and each.records != best.records
        ]
        sure = min(min(costs, default=10.0) / 10, 1.0)
        return round(max(0.0, min(ahead, sure) if costs else ahead), 2)

    def _best_variant(self, start: ReadingRules) -> Hypothesis:
        """Change what lowers the cost, one thing at a time, as long as anything does."""
        best = self.hypothesis(start)
        while best.evidence.cost > 0:
            better = min(
                map(self.hypothesis, self._variants(best.reading)),
                key=lambda each: each.evidence.cost,
                default=best,
            )
            if better.evidence.cost >= best.evidence.cost:
                break
            best = better
        return best

    def _variants(self, reading: ReadingRules) -> Iterator[ReadingRules]:
        sample, told = self._sample, self._told
        if told.strict:
            return
        if told.escapes is None and not reading.escapes and _ESCAPED.search(sample):
            yield replace(reading, escapes=True)
        if told.quote is None and reading.quote == b'"' and self._has_quoting(b"'", reading):
            yield replace(reading, quote=b"'")
        delimiter = reading.delimiter
        if delimiter and reading.quote and not reading.blanks_before_quotes:
            blanks = b"[ ]++" if delimiter == b"\t" else b"[ \t]++"
            if re.search(re.escape(delimiter) + blanks + re.escape(reading.quote), sample):
                yield replace(reading, blanks_before_quotes=True)
        if reading.ends is RecordEnds.ANY_LINE_END and b"\n" in sample and _LONE_CR.search(sample):
            yield replace(reading, ends=RecordEnds.NO_LONE_CR)
            if b"\r\n" not in sample:
                yield replace(reading, ends=RecordEnds.NO_LONE_LF)

    def _has_quoting(self, quote: bytes, reading: ReadingRules) -> bool:
        """Say whether fields begin and end with a quote."""
        if quote not in self._sample:
            return False
        boundary = rb"\r\n" + re.escape(reading.delimiter or b"")
        opens = re.search(b"(?:^|[" + boundary + b"]) ?" + quote, self._sample)
        closes = re.search(quote + b"(?:$|[" + boundary + b"])", self._sample)
        return bool(opens and closes)

    def hypothesis(self, reading: ReadingRules) -> Hypothesis:
        if reading in self._tried:
            return self._tried[reading]
        counter = self._counted(reading, None)
        width = None if self._told.strict else main_width(counter.tally)
        if width is not None and counter.tally.sections:
            counter = self._counted(reading, width)
        tally = counter.tally
        open_lines = 0
        if counter.unterminated:
            open_lines = count_line_ends(self._sample[counter.unterminated.offset :])
        unterminated = self._complete and counter.unterminated is not None
        cost = cost_of(reading, tally, open_lines=open_lines, unterminated=unterminated)
        clean = 1.0
        if reading.delimiter:
            masked = self._masked
            if tally.sections and not cost and reading == ReadingRules(reading.delimiter[:1]):
                # Every quote is explained: what stands inside them, on any line, is text.
                text, _ = syntax_of(reading.delimiter).mask(self._sample)
                masked = [line for line in text.splitlines() if line][:_LINES]
            clean = clean_share(masked, reading.delimiter, self._others)
        table = 0.0
        if tally.records:
            table = table_of(reading, tally, counter.columns, self._quotes, clean)
            if reading.delimiter and reading.delimiter * 2 in b"".join(self._masked[:1]):
                table *= _NAMELESS
            if unterminated:
                table *= _UNTERMINATED
        elif reading.delimiter == ReadingRules().delimiter:
            table = _NO_RECORD  # nothing is known: RFC 4180
        evidence = Evidence(cost, table, uniformity(tally, counter.columns))
        found = Hypothesis(reading, evidence, tally.records, width)
        self._tried[reading] = found
        return found

    def _counted(self, reading: ReadingRules, width: int | None) -> ReadingCounter:
        counter = ReadingCounter(reading, usual_width=width, comment=self._told.comment)
        sample = self._sample
        if not self._complete:
            # What is behind the last line end is cut.
            sample = sample[: max(sample.rfind(b"\n"), sample.rfind(b"\r")) + 1] or sample
        counter.feed(sample)
        counter.finish()
        return counter
