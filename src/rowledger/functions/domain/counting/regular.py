"""The fast path: text in which every quote opens, closes or is doubled."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

from rowledger.functions.domain.counting.syntax import QUOTE, Syntax

_DOUBLED = QUOTE * 2
# Text is dense in quotes where less than this part of it is outside them.
_DENSE = 4

_first_byte = itemgetter(slice(0, 1))
_last_byte = itemgetter(slice(-1, None))


@dataclass(frozen=True, slots=True)
class RegularRecords:
    """Whole records whose quotes are all regular.

    length: of their text, in bytes. masked: their text with each section replaced by one quote
    (a doubled quote may leave a further one). inside: the text of each section, with a quote
    behind it.
    """

    length: int
    masked: bytes
    inside: bytes

    @property
    def spans_lines(self) -> bool:
        """Whether there is a line end inside quotes."""
        return b"\n" in self.inside or b"\r" in self.inside


def last_line_end(text: bytes) -> int:
    """Return the offset behind the last line end of `text`; 0 where there is none."""
    return max(text.rfind(b"\n"), text.rfind(b"\r")) + 1


def regular_records(text: bytes, syntax: Syntax) -> RegularRecords | None:
    """Take the whole records from the start of `text`, which is a record's; None if irregular."""
    parts = text.split(QUOTE)
    # Every second part is outside quotes; the last line end of them ends the last whole record.
    last = len(parts) - 1 if len(parts) % 2 else len(parts) - 2
    behind = 0
    if last < len(parts) - 1:
        behind = len(parts[-1]) + 1
    while last >= 0 and not (cut := last_line_end(parts[last])):
        behind += len(parts[last]) + (len(parts[last - 1]) + 2 if last else 0)
        last -= 2
    if last < 0:
        return None
    behind += len(parts[last]) - cut
    outside = parts[: last + 1 : 2]
    outside[-1] = outside[-1][:cut]
    masked = QUOTE.join(outside)
    length = len(text) - behind
    if not _every_section_is_bounded(outside, masked, length, syntax):
        return None
    inside = QUOTE.join([*parts[1:last:2], b""])
    return RegularRecords(length, masked, inside)


def _every_section_is_bounded(
    outside: Sequence[bytes], masked: bytes, length: int, syntax: Syntax
) -> bool:
    """Say whether a boundary, or another quote, is around every section."""
    if len(masked) < length // _DENSE:
        return _is_bounded(masked, syntax)
    ends = syntax.boundaries | {b""}
    return ends.issuperset(map(_last_byte, outside[:-1])) and ends.issuperset(
        map(_first_byte, outside[1:])
    )


def _is_bounded(masked: bytes, syntax: Syntax) -> bool:
    """Say the same from the masked text alone: faster where most text is quoted."""
    while _DOUBLED in masked:
        masked = masked.replace(_DOUBLED, QUOTE)
    sections = masked.count(QUOTE)
    before = sum(masked.count(byte + QUOTE) for byte in syntax.boundaries if byte in masked)
    after = sum(masked.count(QUOTE + byte) for byte in syntax.boundaries if byte in masked)
    return sections == before + masked.startswith(QUOTE) == after
