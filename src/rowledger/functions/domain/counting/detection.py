"""Choosing the reading that explains a text best: hypotheses are tried, scored and compared."""

import re
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
from rowledger.functions.domain.counting.rivals import most_of_a_table
from rowledger.functions.domain.counting.syntax import syntax_of
from rowledger.functions.domain.counting.told import Told
from rowledger.functions.domain.counting.variants import variants_of

SAMPLE_SIZE = 64 * 1024
_QUOTED = re.compile(rb'"[^"\r\n]*+"')
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


def detect(sample: bytes, *, complete: bool, told: Told | None = None) -> Detection:
    """Find the reading of a text from its beginning; complete: there is no more.

    told: what is known of the reading, and not to be found.
    """
    return _Search(sample, complete=complete, told=told or Told()).detection()


def compare(reading: ReadingRules, sample: bytes, told: Told) -> Hypothesis | None:
    """Return the reading that explains a sample from within a text clearly better, if there is one.

    reading: what the text was read by so far.
    """
    return None if is_unrivalled(reading, sample, told) else weighed(reading, sample, told)


def is_unrivalled(reading: ReadingRules, sample: bytes, told: Told) -> bool:
    """Say whether a look at this reading alone shows that none is clearly better: see rivals.py."""
    return _Search(sample, complete=False, told=told).stands(reading)


def weighed(reading: ReadingRules, sample: bytes, told: Told) -> Hypothesis | None:
    """Do as compare, by weighing every reading."""
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
        self._quotes = sample.count(b'"')
        self._lines: list[bytes] = []
        self._masked: list[bytes] = []
        self._tried: dict[ReadingRules, Hypothesis] = {}

    def stands(self, reading: ReadingRules) -> bool:
        """Say whether it has no variant, and no other delimiter makes far more of a table.

        That is sure if all its fields may hold other delimiters, and still it comes close to the
        most that another can make of the sample.
        """
        base, told, sample = self._told.base(), self._told, self._sample
        if reading != replace(base, delimiter=reading.delimiter) or b"\x1e" in sample:
            return False
        if any(True for _ in variants_of(reading, sample, told)):
            return False
        if told.delimiter is not None:
            return reading == base
        counter, _ = self._counted_twice(reading)
        if not counter.tally.records:
            return False
        table = table_of(reading, counter.tally, counter.columns, self._quotes, clean=0.0)
        if reading.delimiter and reading.delimiter * 2 in sample:
            table *= _NAMELESS
        return table > _CLOSE * most_of_a_table(sample, reading, told)

    def _look(self) -> None:
        """Take the sample apart."""
        told, lines = self._told, [line for line in self._sample.splitlines() if line]
        if told.comment:
            lines = [line for line in lines if not line.startswith(told.comment)]
        if not self._complete and len(lines) > 1:
            lines.pop()  # perhaps cut
        self._lines, self._masked = lines, lines[:_LINES]
        if self._quotes and self._masked:
            self._masked = _QUOTED.sub(b'"', b"\n".join(self._masked)).split(b"\n")

    def detection(self) -> Detection:
        self._look()
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
                map(self.hypothesis, variants_of(best.reading, self._sample, self._told)),
                key=lambda each: each.evidence.cost,
                default=best,
            )
            if better.evidence.cost >= best.evidence.cost:
                break
            best = better
        return best

    def hypothesis(self, reading: ReadingRules) -> Hypothesis:
        if reading in self._tried:
            return self._tried[reading]
        counter, width = self._counted_twice(reading)
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

    def _counted_twice(self, reading: ReadingRules) -> tuple[ReadingCounter, int | None]:
        """Count as the file is, which takes its usual width; return that, too."""
        counter = self._counted(reading, None)
        width = None if self._told.strict else main_width(counter.tally)
        if width is not None and counter.tally.sections:
            counter = self._counted(reading, width)
        return counter, width

    def _counted(self, reading: ReadingRules, width: int | None) -> ReadingCounter:
        counter = ReadingCounter(reading, usual_width=width, comment=self._told.comment)
        sample = self._sample
        if not self._complete:
            # What is behind the last line end is cut.
            sample = sample[: max(sample.rfind(b"\n"), sample.rfind(b"\r")) + 1] or sample
        counter.feed(sample)
        counter.finish()
        return counter
