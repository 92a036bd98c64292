"""Telling quoted text from the rest, block by block.

The rules are RFC 4180 section 2, rules 5 to 7; where it is silent, those of Python's csv.reader:
a quote opens a quoted section only at the very start of a field, is literal elsewhere in an
unquoted field, and whatever follows a closing quote is literal up to the delimiter.
"""

import re
from collections import deque
from operator import itemgetter

_QUOTE = b'"'
_DOUBLED = _QUOTE * 2
EXACT_BELOW = 8192
_PIECES = 8
# A block is dense in quotes where less than this part of it is outside them.
_DENSE = 4

# The rest of a quoted section, doubled quotes included, up to the quote that closes it.
_SECTION_END = re.compile(rb'[^"]*+(?:""[^"]*+)*+"')

_first_byte = itemgetter(slice(0, 1))
_last_byte = itemgetter(slice(-1, None))


class QuoteMask:
    """Removes quoted text from a stream, leaving one quote character for each quoted section.

    What is left has every delimiter and line end that separates fields and records, and no
    other. A doubled quote may leave a further quote character; literal quotes stay.

    inside: whether the stream is inside a quoted section.
    quoted: whether there was any quoted section.
    opened_at: 0-based offset of the quote that opened the current section; it has no meaning
        unless may_be_inside.
    """

    def __init__(self, delimiter: bytes, exact_below: int = EXACT_BELOW) -> None:
        """exact_below: the size in bytes up to which an irregular block is scanned by quotes."""
        self._boundaries = frozenset({delimiter, b"\n", b"\r"})
        self._ends_of_regular = self._boundaries | {b""}
        # A section, up to its closing quote or to the end of the block.
        opening = _QUOTE + b"(?<=[" + re.escape(delimiter) + rb'\r\n]")'
        self._section = re.compile(opening + rb'[^"]*+(?:""[^"]*+)*+("|\Z)')
        self._exact_below = exact_below
        self._at_field_start = True
        self._offset = 0
        self._after_closing = False
        self.inside = False
        self.quoted = False
        self.opened_at = 0

    @property
    def may_be_inside(self) -> bool:
        """Inside, or right after a quote that closes unless the next byte doubles it."""
        return self.inside or self._after_closing

    def mask(self, block: bytes) -> bytes:
        """Return the block's text outside quotes; blocks may be cut anywhere."""
        if self._after_closing and block:
            self._after_closing = False
            if block.startswith(_QUOTE):
                self.inside = True
                self._offset += 1
                block = block[1:]
        if _QUOTE not in block:
            masked = b"" if self.inside else block
        else:
            regular = self._mask_regular(block)
            if regular is None and len(block) > self._exact_below:
                return self._mask_in_pieces(block)
            masked = self._mask_exactly(block) if regular is None else regular
        self._offset += len(block)
        if masked:
            self._at_field_start = masked[-1:] in self._boundaries
        return masked

    def _mask_in_pieces(self, block: bytes) -> bytes:
        """Narrow an irregular spot down, so that the rest of the block stays fast."""
        size = -(-len(block) // _PIECES)
        return b"".join(
            self.mask(block[start : start + size]) for start in range(0, len(block), size)
        )

    def _mask_regular(self, block: bytes) -> bytes | None:
        """Mask a block in which every quote opens, closes or is doubled; None for any other."""
        parts = block.split(_QUOTE)
        outside = parts[1::2] if self.inside else parts[::2]
        ends_inside = self.inside == (len(parts) % 2 == 1)
        masked = _QUOTE.join(outside)
        if ends_inside:
            masked += _QUOTE
        if not self._is_regular(block, outside, masked, ends_inside=ends_inside):
            return None
        self._after_closing = not ends_inside and not outside[-1]
        if ends_inside or self._after_closing:
            self._locate_opening(block, parts, masked, ends_inside=ends_inside)
        self.inside = ends_inside
        self.quoted = True
        return masked

    def _is_regular(
        self, block: bytes, outside: list[bytes], masked: bytes, *, ends_inside: bool
    ) -> bool:
        """Say whether a boundary, or another quote, is around every section."""
        if not (self.inside or outside[0] or self._at_field_start):
            return False
        if len(masked) < len(block) // _DENSE:
            # The block starts or ends where it was cut, not at a boundary: add what fits.
            start = _QUOTE if self.inside else b""
            return self._is_bounded(start + masked)
        before_opening = outside if ends_inside else outside[:-1]
        after_closing = outside if self.inside else outside[1:]
        return self._ends_of_regular.issuperset(
            map(_last_byte, before_opening)
        ) and self._ends_of_regular.issuperset(map(_first_byte, after_closing))

    def _is_bounded(self, masked: bytes) -> bool:
        """Say the same from the masked text alone: faster where most text is quoted."""
        while _DOUBLED in masked:
            masked = masked.replace(_DOUBLED, _QUOTE)
        sections = masked.count(_QUOTE)
        before = sum(masked.count(byte + _QUOTE) for byte in self._boundaries if byte in masked)
        after = sum(masked.count(_QUOTE + byte) for byte in self._boundaries if byte in masked)
        return sections == before + masked.startswith(_QUOTE) == after + masked.endswith(_QUOTE)

    def _locate_opening(
        self, block: bytes, parts: list[bytes], masked: bytes, *, ends_inside: bool
    ) -> None:
        """Find the quote that opened the block's last section, behind any doubled ones."""
        sections = len(masked) - len(masked.rstrip(_QUOTE))
        before = len(parts) - 2 * sections - (0 if ends_inside else 1)
        if self.inside and before == 1 and not parts[1]:
            return  # nothing but doubled quotes: the section was opened in an earlier block
        after = parts[before + 1 :]
        self.opened_at = self._offset + len(block) - sum(map(len, after)) - len(after)

    def _mask_exactly(self, block: bytes) -> bytes:
        """Mask any block. No line of Python runs for a single quote, however many there are."""
        opened = b""
        if not self.inside and self._at_field_start and block.startswith(_QUOTE):
            opened, block = _QUOTE, block[1:]
            self.inside = self.quoted = True
            self.opened_at = self._offset
        at = 0
        if self.inside:
            closing = _SECTION_END.match(block)
            if not closing:
                return opened
            self.inside = False
            at = closing.end()
            self._after_closing = at == len(block)
        masked, sections = self._section.subn(_QUOTE, block[at:])
        self.quoted |= sections > 0
        if sections and masked.endswith(_QUOTE):
            # Perhaps of a section that goes on in the next block: where did it open?
            (last,) = deque(self._section.finditer(block, at), maxlen=1)
            if last.end() == len(block):
                self.opened_at = self._offset + len(opened) + last.start()
                self._after_closing = last[1] == _QUOTE
                self.inside = not self._after_closing
        return opened + masked
