"""Removing what stands between records: marks of joined files and of old systems."""

import re
from bisect import bisect_right
from dataclasses import dataclass

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
END_OF_FILE = b"\x1a"
FORM_FEED = b"\f"
_MARK = rb"(?:\xef\xbb\xbf|[\x0c\x1a])"
_MARKS_AT_LINE_START = re.compile(rb"(?:(?<=[\r\n])|\A)" + _MARK + b"++")
# At the end of the text: end-of-file marks, and lines of nothing but blanks.
_ENDING = re.compile(rb"(?:[\r\n][ \t\x0b\x0c\x1a\r\n]*+|[\x1a]++[\r\n\x1a]*+)\Z")
_BLANK_LINES = re.compile(rb"(?<=[\r\n])[ \t\x0b]++(?=[\r\n]|\Z)")
_BLANK = b" \t\x0b\x0c\x1a\r\n"
_MAY_END = _BLANK + BYTE_ORDER_MARK
# A run of blanks that is longer than this is not waited for.
_LONGEST_ENDING = 4096
_EDITS = 10_000


@dataclass(slots=True)
class Removed:
    """How often something was removed, and the offset in the text where it first was."""

    times: int = 0
    first: int | None = None

    def add(self, times: int, offset: int) -> None:
        if times:
            self.times += times
            if self.first is None:
                self.first = offset


class Cleaner:
    """Passes text on without byte-order marks, form feeds and end-of-file marks at line starts.

    What the text ends with is held back until its end is known.
    marks: byte-order marks that were removed. feeds: form feeds. ends: end-of-file marks.
    blank_lines: lines of blanks alone at the very end.
    """

    def __init__(self) -> None:
        self._held = b""
        self._at_line_start = True
        self._taken = 0
        self._given = 0
        self._edit_offsets = [0]
        self._edit_shifts = [0]
        self.marks = Removed()
        self.feeds = Removed()
        self.ends = Removed()
        self.blank_lines = Removed()

    def clean(self, text: bytes) -> bytes:
        """Return what is left of the next text, as far as that is sure."""
        if self._held:
            text = self._held + text
            self._held = b""
        keep = len(text) - self._undecided(text)
        if keep == len(text):
            return self._cleaned(text)
        self._held = text[keep:]
        return self._cleaned(text[:keep])

    @property
    def held(self) -> bytes:
        """What was not passed on yet."""
        return self._held

    def ending(self, data: bytes, end: int) -> int:
        """Return where that begins in data[:end] which may be what the text ends with."""
        if data[end - 1] not in _MAY_END:
            return end
        return end - self._undecided(data[max(0, end - _LONGEST_ENDING) : end])

    def pass_by(self, data: bytes, start: int, end: int, ending: int) -> None:
        """Note that what was held, and data[start:end] up to its ending, needs no cleaning."""
        size = len(self._held) + ending - start
        self._taken += size
        self._given += size
        self._held = data[ending:end]
        self._at_line_start = data[ending - 1 : ending] in b"\r\n"

    def finish(self, *, tabs_delimit: bool) -> bytes:
        """Return the end of the text. tabs_delimit: a line of tabs is a record."""
        rest, self._held = self._held, b""
        bare = rest.rstrip(END_OF_FILE + b"\r\n")
        after = rest[len(bare) :]
        if END_OF_FILE in after:
            at = len(bare) + after.find(END_OF_FILE)
            self.ends.add(after.count(END_OF_FILE), self._taken + at)
            rest = bare + after.replace(END_OF_FILE, b"")
        rest = self._without_blank_lines(rest, tabs_delimit=tabs_delimit)
        return self._cleaned(rest)

    def original_offset(self, offset: int) -> int:
        """Map an offset into what was passed on to the text as it was."""
        edit = bisect_right(self._edit_offsets, offset) - 1
        return offset + self._edit_shifts[max(edit, 0)]

    def _without_blank_lines(self, rest: bytes, *, tabs_delimit: bool) -> bytes:
        lines = _BLANK_LINES.findall(rest)
        if not lines or (tabs_delimit and any(b"\t" in line for line in lines)):
            return rest
        first = _BLANK_LINES.search(rest)
        if first is not None:
            self.blank_lines.add(len(lines), self._taken + first.start())
        return _BLANK_LINES.sub(b"", rest)

    def _undecided(self, text: bytes) -> int:
        """Return how many of the last bytes may be what the text ends with."""
        last = text[-1:]
        if last in BYTE_ORDER_MARK and last:
            for size in (2, 1):
                if text.endswith(BYTE_ORDER_MARK[:size]):
                    return size
        if last not in _BLANK:
            return 0
        ending = _ENDING.search(text, max(0, len(text) - _LONGEST_ENDING))
        return len(text) - ending.start() if ending else 0

    def _cleaned(self, text: bytes) -> bytes:
        if not text:
            return text
        # One byte is found many times as fast as three.
        marked = BYTE_ORDER_MARK[:1] in text and BYTE_ORDER_MARK in text
        if marked or FORM_FEED in text or END_OF_FILE in text:
            cleaned = self._without_marks(text)
        else:
            cleaned = text
        self._taken += len(text)
        self._given += len(cleaned)
        self._at_line_start = text[-1:] in b"\r\n" or (self._at_line_start and not cleaned)
        return cleaned

    def _without_marks(self, text: bytes) -> bytes:
        if self.marks.times + self.feeds.times + self.ends.times > _EDITS:
            return self._without_many_marks(text)
        pieces, start = [], 0
        given = self._given
        for match in _MARKS_AT_LINE_START.finditer(text):
            if match.start() == 0 and not self._at_line_start:
                continue
            run = match[0]
            at = self._taken + match.start()
            self.marks.add(run.count(BYTE_ORDER_MARK), at)
            self.feeds.add(run.count(FORM_FEED), at)
            self.ends.add(run.count(END_OF_FILE), at)
            pieces.append(text[start : match.start()])
            given += match.start() - start
            start = match.end()
            self._note_edit(given, self._taken + start - given)
        pieces.append(text[start:])
        return b"".join(pieces)

    def _without_many_marks(self, text: bytes) -> bytes:
        """Do the same at once; the places in such a block are no longer exact."""
        cleaned = _MARKS_AT_LINE_START.sub(b"", text)
        for removed, mark in (
            (self.marks, BYTE_ORDER_MARK),
            (self.feeds, FORM_FEED),
            (self.ends, END_OF_FILE),
        ):
            removed.times += text.count(mark) - cleaned.count(mark)
        self._note_edit(
            self._given + len(cleaned), self._taken + len(text) - self._given - len(cleaned)
        )
        return cleaned

    def _note_edit(self, offset: int, shift: int) -> None:
        self._edit_offsets.append(offset)
        self._edit_shifts.append(shift)
        if len(self._edit_offsets) > _EDITS:  # the oldest are behind what anyone asks for
            del self._edit_offsets[: _EDITS // 2]
            del self._edit_shifts[: _EDITS // 2]
