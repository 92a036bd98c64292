"""Line ends of a text: LF, CRLF and lone CR, and the blank lines among them."""

import re
from dataclasses import dataclass

# The regular expression engine finds two bytes twice as fast as bytes.find() does.
_LF_LF = re.compile(rb"\n\n")
# A byte is rare where it is less than one in _RARE of the first _GLANCE.
_GLANCE = 1024
_RARE = 24
_CRLF_LINES = re.compile(rb"(?:[^\r]++\r\n)*+")


@dataclass(frozen=True, slots=True)
class LineEnds:
    """How often each line end occurs in a text, and how many of them end a line of no bytes."""

    lf: int = 0
    crlf: int = 0
    cr: int = 0
    blank: int = 0

    @property
    def total(self) -> int:
        return self.lf + self.crlf + self.cr


def count_byte(text: bytes, byte: bytes) -> int:
    """Count like bytes.count(), whose cost is that of each byte, but faster for a rare byte."""
    if text.count(byte, 0, _GLANCE) > _GLANCE // _RARE:
        return text.count(byte)
    # Deleting finds each occurrence with memchr(), and costs mostly by occurrence.
    return len(text) - len(text.replace(byte, b""))


def count_line_ends(text: bytes) -> int:
    """Count the physical lines that end in `text`."""
    total = count_byte(text, b"\n")
    if b"\r" in text:
        total += count_byte(text, b"\r") - text.count(b"\r\n")
    return total


def next_line_that_begins(text: bytes, start: bytes, at: int) -> int:
    """Return where, behind offset `at`, a line begins with `start`; -1 where none does."""
    found = [text.find(end + start, at) + 1 for end in (b"\n", b"\r")]
    return min(filter(None, found), default=-1)


def tally(text: bytes) -> LineEnds:
    """Count line ends by kind; a CR at the very end of `text` counts as a lone one."""
    if b"\r" not in text:
        return LineEnds(lf=count_byte(text, b"\n"), blank=_blank_lines(text))
    if _is_plain_crlf(text):
        return LineEnds(crlf=count_byte(text, b"\n"))
    without_crlf = text.replace(b"\r\n", b"\n")
    crlf = len(text) - len(without_crlf)
    unified = without_crlf.replace(b"\r", b"\n")
    cr = count_byte(without_crlf, b"\r")
    lf = count_byte(unified, b"\n") - crlf - cr
    return LineEnds(lf=lf, crlf=crlf, cr=cr, blank=_blank_lines(unified))


def _blank_lines(text: bytes) -> int:
    """Count the empty lines of a text whose only line end is LF."""
    if not text.startswith(b"\n") and not _LF_LF.search(text):
        return 0
    return text.split(b"\n")[:-1].count(b"")


def _is_plain_crlf(text: bytes) -> bool:
    """Say whether every line ends in CRLF and none is blank."""
    last_lf = text.rfind(b"\n")
    if text.rfind(b"\r") != last_lf - 1:
        return False
    lines = _CRLF_LINES.match(text)
    if not lines or lines.end() != last_lf + 1:
        return False
    # The pattern admits a lone LF inside a line; there are then more LF than CR.
    return count_byte(text, b"\n") == count_byte(text, b"\r")
