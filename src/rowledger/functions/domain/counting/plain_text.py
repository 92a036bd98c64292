"""Text that a kernel takes as it is: no copy of it is made, and no other pass goes over it.

What is found of a file depends on the blocks in which it is looked at. In one block any records may
be but those that need care. Many blocks are taken by one scan where every record is regular and of
the width that most records have: so each block leaves all as it is, wherever it ends.
"""

from dataclasses import dataclass

from rowledger.functions.domain.counting.evidence import main_width
from rowledger.functions.domain.counting.kernel import Kernel, Scanned, ScanRules, Why
from rowledger.functions.domain.counting.tally import Finding, Tally

# Each block ends at least one record, and none is near the length at which its text is dropped.
LONGEST = 32 * 1024
_ALLOWED = frozenset({Finding.BLANK_LINE, Finding.EMPTY_RECORD, Finding.RAGGED})
# The record that began before the text mostly ends within so many bytes.
_FIRST_LOOKS = (1024, 2 * LONGEST)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Whole blocks of text, but for what the text may end with: data[start:end].

    one_block: any records may be in it; else only those of which there is nothing to tell.
    """

    data: bytes
    start: int
    end: int
    one_block: bool

    @property
    def size(self) -> int:
        return self.end - self.start

    @property
    def text(self) -> bytes:
        return self.data[self.start : self.end]


@dataclass(frozen=True, slots=True)
class PlainText:
    """What scans found, each with its offset from the beginning; and the record behind them.

    taken: bytes of whole records.
    """

    scans: list[tuple[Scanned, int]]
    taken: int
    rest: bytes

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
    width = None if stretch.one_block else main_width(tally)
    if (width is None and not stretch.one_block) or len(before) > LONGEST:
        return None
    data, end = stretch.data, stretch.end
    at = stretch.start - len(before)
    scans = []
    taken = 0
    # Behind the stretch before it, the record begins in the same data; else it is in two places.
    if before and (at < 0 or data[at : stretch.start] != before):
        for look in _FIRST_LOOKS:
            joined = before + data[stretch.start : min(stretch.start + look, end)]
            joined = joined.removesuffix(b"\r")
            scanned = kernel.scan(joined, 0, len(joined), rules)
            if not _is_plain(scanned, width):
                return None
            taken = scanned.taken
            if taken >= len(before):
                break
        else:
            return None
        scans.append((scanned, 0))
        at += taken
    last = end - data.endswith(b"\r", at, end)
    scanned = kernel.scan(data, at, last, rules)
    if not scanned.taken > at or not _is_plain(scanned, width) or end - scanned.taken > LONGEST:
        return None
    # Offsets of the second scan are those of `data`.
    scans.append((scanned, taken - at))
    return PlainText(scans, taken + scanned.taken - at, data[scanned.taken : end])


def _is_plain(scanned: Scanned, width: int | None) -> bool:
    """Say whether a scan found nothing that needs more. width: of every record; None for any."""
    if scanned.why is not Why.ENDED or scanned.longest > LONGEST:
        return False
    return width is None or (
        scanned.found.keys() <= _ALLOWED and all(each == width for each, _ in scanned.widths)
    )
