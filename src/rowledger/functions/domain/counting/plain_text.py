"""Text that a kernel takes as it is: no copy of it is made, and no other pass goes over it.

What is found of a file depends on the blocks in which it is looked at. In one block any records may
be but those that need care. Many blocks are taken by one scan where every record is of the width
that most records have, and regular: so each block leaves all as it is, wherever it ends. Where so
many blocks may contradict the reading without any effect, only how many do has to be known, and
records may be irregular.
"""

from dataclasses import dataclass

from rowledger.functions.domain.counting.evidence import main_width
from rowledger.functions.domain.counting.kernel import Kernel, Scanned, ScanRules, Why
from rowledger.functions.domain.counting.tally import Finding, Tally

# Each block ends at least one record, and none is near the length at which its text is dropped.
LONGEST = 32 * 1024
_ALLOWED = frozenset({Finding.BLANK_LINE, Finding.EMPTY_RECORD, Finding.RAGGED})
_IRREGULAR = frozenset({Finding.LITERAL_QUOTE, Finding.TEXT_AFTER_QUOTE})
# A kernel tells so many blocks apart.
MOST_BLOCKS = 63
# The record that began before the text mostly ends within so many bytes.
_FIRST_LOOKS = (1024, 2 * LONGEST)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Whole blocks of text, but for what the text may end with: data[start:end].

    blocks: how many, unless it is one block, in which any records may be.
    irregular: the quotes of records need not be regular.
    """

    data: bytes
    start: int
    end: int
    blocks: int
    one_block: bool
    irregular: bool

    @property
    def size(self) -> int:
        return self.end - self.start

    @property
    def text(self) -> bytes:
        return self.data[self.start : self.end]


@dataclass(frozen=True, slots=True)
class PlainText:
    """What scans found, each with its offset from the beginning; and the record behind them.

    taken: bytes of whole records. contradicting: how many of many blocks are irregular.
    """

    scans: list[tuple[Scanned, int]]
    taken: int
    rest: bytes
    contradicting: int

    @property
    def windows_1252(self) -> bool:
        """Whether the text may be that."""
        return not any(scanned.not_windows_1252 for scanned, _ in self.scans)


def scan_plain(
    kernel: Kernel, rules: ScanRules, tally: Tally, before: bytes, stretch: Stretch
) -> PlainText | None:
    """Scan `before` and then a stretch of text; None where it is not enough to scan it.

    tally: of the text so far. before: the beginning of a record.
    """
    width = None if stretch.one_block else main_width(tally) or 1
    if len(before) > LONGEST:
        return None
    data, end = stretch.data, stretch.end
    at = stretch.start - len(before)
    scans = []
    taken = 0
    # Behind the stretch before it, the record begins in the same data; else it is in two places.
    if before and (at < 0 or data[at : stretch.start] != before):
        first = _scan_first(kernel, rules, before, stretch)
        if first is None or not _is_plain(first, width, stretch):
            return None
        scans.append((first, 0))
        taken = first.taken
        at += taken
    last = end - data.endswith(b"\r", at, end)
    scanned = kernel.scan(data, at, last, rules._replace(first_block=stretch.start))
    # Offsets of the second scan are those of `data`.
    scans.append((scanned, taken - at))
    ended = scanned.taken > at and end - scanned.taken <= LONGEST
    contradicting = 0 if stretch.one_block else _irregular_blocks(scans, stretch.blocks)
    if not ended or contradicting is None or not _is_plain(scanned, width, stretch):
        return None
    return PlainText(scans, taken + scanned.taken - at, data[scanned.taken : end], contradicting)


def _scan_first(
    kernel: Kernel, rules: ScanRules, before: bytes, stretch: Stretch
) -> Scanned | None:
    """Scan as much of a stretch as ends the record before it; None where that is too long."""
    rules = rules._replace(first_block=len(before))
    for look in _FIRST_LOOKS:
        joined = before + stretch.data[stretch.start : min(stretch.start + look, stretch.end)]
        joined = joined.removesuffix(b"\r")
        scanned = kernel.scan(joined, 0, len(joined), rules)
        if scanned.why is not Why.ENDED or scanned.taken >= len(before):
            return scanned
    return None


def _is_plain(scanned: Scanned, width: int | None, stretch: Stretch) -> bool:
    """Say whether a scan found nothing that needs more. width: of every record; None for any."""
    if scanned.why is not Why.ENDED or scanned.longest > LONGEST:
        return False
    if width is None:
        return True
    allowed = _ALLOWED | _IRREGULAR if stretch.irregular else _ALLOWED
    return scanned.found.keys() <= allowed and all(each == width for each, _ in scanned.widths)


def _irregular_blocks(scans: list[tuple[Scanned, int]], blocks: int) -> int | None:
    """Count the blocks with irregular records; None where that is not sure.

    A record in the last bytes of a block is taken with it, or with the next one.
    """
    found = late = 0
    for scanned, _ in scans:
        found |= scanned.irregular
        late |= scanned.irregular_late
    if not found | late:
        return 0
    if blocks > MOST_BLOCKS:
        return None
    last = 1 << (blocks - 1)
    found |= late & last
    late &= ~last
    return None if (late | late << 1) & ~found else found.bit_count()
