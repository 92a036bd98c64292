"""Text in which nothing is to be told of: many blocks of it are taken by one scan.

What is found of a file depends on the blocks in which it is looked at, but not here: where every
record is regular and of the width that most records have, and no byte has to be looked at twice,
one scan leaves everything as it would be, had each block been taken by itself.
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
    kernel: Kernel,
    rules: ScanRules,
    tally: Tally,
    before: bytes,
    data: bytes,
    start: int,
    end: int,
) -> PlainText | None:
    """Scan `before` and then data[start:end]; None where there is anything to be told of.

    tally: of the text so far. before: the beginning of a record.
    """
    width = main_width(tally)
    if width is None or len(before) > LONGEST:
        return None
    scans = []
    taken = 0
    if before:
        for look in _FIRST_LOOKS:
            joined = (before + data[start : min(start + look, end)]).removesuffix(b"\r")
            scanned = kernel.scan(joined, 0, len(joined), rules)
            if not _is_plain(scanned, width):
                return None
            taken = scanned.taken
            if taken >= len(before):
                break
        else:
            return None
        scans.append((scanned, 0))
    at = start + taken - len(before)
    last = end - data.endswith(b"\r", at, end)
    scanned = kernel.scan(data, at, last, rules)
    if not scanned.widths or not _is_plain(scanned, width) or end - scanned.taken > LONGEST:
        return None
    # Offsets of the second scan are those of `data`.
    scans.append((scanned, taken - at))
    return PlainText(scans, taken + scanned.taken - at, data[scanned.taken : end])


def _is_plain(scanned: Scanned, width: int) -> bool:
    return (
        scanned.why is Why.ENDED
        and scanned.longest <= LONGEST
        and scanned.found.keys() <= _ALLOWED
        and all(each == width for each, _ in scanned.widths)
    )
