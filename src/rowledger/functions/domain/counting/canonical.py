"""Bringing text of any reading into the canonical form that syntax.py describes.

Each step keeps the length of the text, but for delimiters of several bytes; so offsets stay right.
"""

import re

from rowledger.functions.domain.counting.kernel import Quoting
from rowledger.functions.domain.counting.reading import BACKSLASH, ReadingRules, RecordEnds
from rowledger.functions.domain.counting.syntax import NO_DELIMITER, NO_QUOTE, QUOTE

_LONE_LF = re.compile(rb"(?<!\r)\n")
_LONE_CR = re.compile(rb"\r(?!\n)")
# Blanks behind a delimiter wait for what follows them; so many are no layout but text.
_MOST_BLANKS = 4096
_QUOTES = (QUOTE, b"'", None)


class Canonicaliser:
    """Brings a stream of text into canonical form, cut anywhere.

    delimiter: the byte that delimits canonical text. unchanged: the text is canonical as it is.
    quoting: how a kernel reads the text as it is; None where it cannot.
    """

    def __init__(self, reading: ReadingRules) -> None:
        self._reading = reading
        given = reading.delimiter
        self._several = given if given is not None and len(given) > 1 else None
        self.delimiter = given if given is not None and len(given) == 1 else NO_DELIMITER
        self._held = b""
        # What stands for a byte that is text: any sign that means nothing else.
        special = (given or b"") + (reading.quote or b"")
        self._text = text = b"_" if b"_" not in special else b"-" if b"-" not in special else b"."
        self._record_separator = bytes.maketrans(b"\n\r\x1e", text * 2 + b"\n")
        self._escaped: re.Pattern[bytes] | None = None
        if reading.escapes:
            escaped = [BACKSLASH, b"\r\n", b"\n", b"\r", reading.quote, given]
            any_of = b"|".join(re.escape(each) for each in escaped if each)
            self._escaped = re.compile(rb"\\(?:" + any_of + b")")
        self._swap: bytes | None = None
        if reading.quote is None:
            self._swap = bytes.maketrans(QUOTE, text)
        elif reading.quote != QUOTE:
            self._swap = bytes.maketrans(QUOTE + reading.quote, reading.quote + QUOTE)
        blank = b" " if self.delimiter == b"\t" else rb"[ \t]"
        delimiter = re.escape(self.delimiter)
        self._blanks = re.compile(b"(" + delimiter + b")(" + blank + b'++)"')
        self._open_blanks = re.compile(delimiter + blank + b"*+\\Z")
        self.unchanged = reading == ReadingRules(reading.delimiter) and self._several is None
        self.quoting = self._quoting()

    @property
    def held(self) -> int:
        """How many bytes of the text wait for what follows them."""
        return len(self._held)

    def restart(self, text: bytes) -> bytes:
        """Return the canonical form of a text that begins with a record, as far as it is sure."""
        self._held = b""
        return self.feed(text)

    def feed(self, text: bytes) -> bytes:
        """Return the canonical form of the next text, as far as its meaning is sure."""
        if self.unchanged:
            return text
        text = self._held + text
        keep = len(text) - self._undecided(text)
        self._held = text[keep:]
        return self._converted(text[:keep])

    def finish(self) -> bytes:
        """Return the canonical form of what waited for more."""
        rest, self._held = self._held, b""
        return self._converted(rest)

    def _quoting(self) -> Quoting | None:
        reading = self._reading
        usual = ReadingRules(reading.delimiter, reading.quote, escapes=reading.escapes)
        if reading != usual or self._several or reading.quote not in _QUOTES:
            return None
        if self.delimiter in (QUOTE, reading.quote, BACKSLASH):
            return None
        return Quoting((reading.quote or NO_QUOTE)[0], reading.escapes)

    def _undecided(self, text: bytes) -> int:
        """Return how many of the last bytes depend on what follows."""
        reading, waiting = self._reading, 0
        if text.endswith(b"\r") and (reading.escapes or reading.ends is RecordEnds.NO_LONE_CR):
            waiting = 1
        if reading.escapes:
            before = text[: len(text) - waiting]
            if (len(before) - len(before.rstrip(BACKSLASH))) % 2:
                waiting += 1
        if self._several:
            for size in range(len(self._several) - 1, 0, -1):
                if text.endswith(self._several[:size]):
                    waiting = max(waiting, size)
                    break
            if reading.escapes and text[: len(text) - waiting].endswith(BACKSLASH):
                waiting += 1
        if reading.blanks_before_quotes:
            open_blanks = self._open_blanks.search(text, max(0, len(text) - _MOST_BLANKS))
            if open_blanks:
                waiting = max(waiting, len(text) - open_blanks.start())
        return waiting

    def _converted(self, text: bytes) -> bytes:
        reading = self._reading
        if self._escaped and BACKSLASH in text:
            # Of equal length all of them, in most texts: that is twice as fast.
            equal = not self._several and BACKSLASH + b"\r\n" not in text
            each = self._text * 2 if equal else self._as_text
            text = self._escaped.sub(each, text)
        if self._several:
            text = text.replace(self._several, NO_DELIMITER)
        if self._swap:
            text = text.translate(self._swap)
        if reading.blanks_before_quotes:
            text = self._blanks.sub(rb'\2\1"', text)
        if reading.ends is RecordEnds.NO_LONE_CR and b"\r" in text:
            text = _LONE_CR.sub(self._text, text)
        elif reading.ends is RecordEnds.NO_LONE_LF:
            text = _LONE_LF.sub(self._text, text)
        elif reading.ends is RecordEnds.RECORD_SEPARATOR:
            text = text.translate(self._record_separator)
        return text

    def _as_text(self, match: re.Match[bytes]) -> bytes:
        return self._text * len(match[0])
