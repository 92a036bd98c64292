"""What a kernel does for the counter, in another language and by the same rules, only faster.

Which one a process uses is set once, when its parts are put together; without one, the patterns of
syntax.py read everything.
"""

from enum import IntEnum
from typing import NamedTuple, Protocol

from rowledger.functions.domain.counting.syntax import QUOTE
from rowledger.functions.domain.counting.tally import Finding


class Why(IntEnum):
    """Why a scan ended.

    NEEDS_CARE: the next record has to be read by recovery.py.
    MANY_WIDTHS: there is no room for another width; the next scan has it again.
    UNUSUAL: there is what scan was told to end at.
    """

    ENDED = 0
    NEEDS_CARE = 1
    MANY_WIDTHS = 2
    UNUSUAL = 3


class Quoting(NamedTuple):
    """How a text quotes.

    quote: one byte, which is a NUL where nothing quotes. escapes: see reading.py.
    """

    quote: int
    escapes: bool


RFC_4180 = Quoting(QUOTE[0], escapes=False)


class ScanRules(NamedTuple):
    """What a scan is told.

    delimiter: one byte. usual_width: see recovery.py; 0 believes every quoted section.
    columns: fields of the file's first record. newline: what ended it; empty where not known.
    plain: end at control characters, at what is no UTF-8, and at a byte-order mark.
    regular: end at a quote that is not regular, too.
    quoting: of the text; other than RFC 4180's in plain text only.
    first_block: offset in the text of a block, from which the blocks of BLOCK_SIZE are counted.
    """

    delimiter: int
    usual_width: int
    columns: int
    newline: bytes
    plain: bool = False
    regular: bool = False
    quoting: Quoting = RFC_4180
    first_block: int = 0


class Found(NamedTuple):
    """A finding: how often, and line ends and bytes before the record with the first of it."""

    times: int
    lines: int
    offset: int


class Scanned(NamedTuple):
    """What a scan found of whole records.

    taken: offset behind the last of them. blank_tail: blank lines behind the last record.
    longest: of the records, in bytes.
    above_ascii: whether the text has bytes above ASCII; not_windows_1252: whether some are none of
        windows-1252. Both are looked for by a plain scan only.
    irregular: bit i says whether a record ends in block i (of 64, over and over) that has a quote
        that is text, or text behind one; not in the block's last bytes, which are those of
        irregular_late: what may be the end of the text is taken with the block that follows.
    The rest is as in Tally.
    """

    taken: int
    why: Why
    widths: list[tuple[int, int]]
    lf: int
    crlf: int
    cr: int
    lines: int
    blank_tail: int
    quoted: bool
    longest: int
    above_ascii: bool
    not_windows_1252: bool
    irregular: int
    irregular_late: int
    found: dict[Finding, Found]


class Kernel(Protocol):
    """Scans text for whole records."""

    @property
    def name(self) -> str:
        """What it is, for people."""

    def scan(self, text: bytes, start: int, end: int, rules: ScanRules) -> Scanned:
        """Count the whole records of text[start:end], which begins with one."""


class _Used:
    kernel: Kernel | None = None


def use(kernel: Kernel | None) -> None:
    """Count by this kernel from now on; None: by the patterns alone."""
    _Used.kernel = kernel


def in_use() -> Kernel | None:
    """Return the kernel to count by."""
    return _Used.kernel
