"""Which characters of a text may delimit its fields."""

import re
from collections.abc import Iterable

COMMON = (b",", b";", b"\t", b"|")
# How likely a character is to delimit, before the text is looked at; 1 for the common four.
_CONTROLS = tuple(
    bytes([code]) for code in (*range(1, 9), 0x0B, *range(0x0E, 0x1A), *range(0x1C, 0x20))
)
_RARE = tuple(bytes([code]) for code in b"~^")
_SIGNS = tuple(bytes([code]) for code in b":!#$%&*+=@/?")
_UNLIKELY = tuple(bytes([code]) for code in b"-.()<>[]{}`_")
_SEVERAL = re.compile(rb"[!#$%&*+/:;<=>?@^|~-]{2,4}")
_MOST_RARE = 6
_LINES = 200
# A rare delimiter is on such a share of lines, or beside quotes.
_FREQUENT = 0.5
# Of the lines with its first character, such a share has a delimiter of several.
_MOSTLY = 0.6


def _beyond_ascii() -> tuple[bytes, ...]:
    # The last four are the full-width comma, semicolon, bar, and the ideographic comma.
    found = [sign.encode() for sign in "¦§¬¶¤·\uff0c\uff1b\uff5c\u3001"]
    found += [sign.encode("latin-1") for sign in "¦§¬¶¤"]
    return tuple(found)


_OTHER = _beyond_ascii()
_ALL_BUT_COMMON = (*_CONTROLS, *_RARE, *_OTHER, *_SIGNS, *_UNLIKELY)


def prior(delimiter: bytes | None) -> float:
    """Return how likely a delimiter is, from 0 to 1, before the text is looked at."""
    if delimiter is None or delimiter in COMMON:
        return 1.0
    if delimiter in _CONTROLS:
        return 0.95
    if len(delimiter) > 1:
        return 0.8
    if delimiter in _RARE or delimiter in _OTHER:
        return 0.6
    return 0.3 if delimiter in _SIGNS else 0.04


def candidates(lines: list[bytes]) -> list[bytes]:
    """Return the delimiters worth trying on a text, the usual ones first.

    lines: the physical lines of the text that are not blank.
    """
    text = b"\n".join(lines)
    some = lines[:_LINES]
    quotes = [quote for quote in (b'"', b"'") if quote in text]
    rare = [
        each for each in _present(_ALL_BUT_COMMON, text) if _is_frequent(each, some, text, quotes)
    ]
    rare.sort(key=lambda each: -prior(each) * _share(each, some))
    return [*_present(COMMON, text), *_of_several(some), *rare[:_MOST_RARE]]


def possible(text: bytes) -> list[bytes]:
    """Return every delimiter of one character that a text has, worth trying or not."""
    return [*_present(COMMON, text), *_present(_ALL_BUT_COMMON, text)]


def runs(lines: list[bytes]) -> list[bytes]:
    """Return what may be delimiters of several characters, from the first lines of a text."""
    return list(dict.fromkeys(run for line in lines[:3] for run in _SEVERAL.findall(line)))


def _present(delimiters: Iterable[bytes], text: bytes) -> list[bytes]:
    # One byte is found many times as fast as two.
    return [each for each in delimiters if each[:1] in text and each in text]


def _share(delimiter: bytes, lines: list[bytes]) -> float:
    return sum([delimiter in line for line in lines]) / max(len(lines), 1)


def _is_frequent(delimiter: bytes, lines: list[bytes], text: bytes, quotes: list[bytes]) -> bool:
    """Say whether it is on half of the lines, or beside quotes, or no text has use for it."""
    if delimiter in _CONTROLS or _share(delimiter, lines) >= _FREQUENT:
        return True
    return any(delimiter + quote in text or quote + delimiter in text for quote in quotes)


def _of_several(lines: list[bytes]) -> Iterable[bytes]:
    """Yield delimiters of several characters, whose first one hardly stands apart."""
    for run in runs(lines):
        if run.strip(b";") and _share(run, lines) >= _MOSTLY * _share(run[:1], lines):
            yield run
