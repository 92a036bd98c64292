"""The names of the columns, as the first record has them."""

from collections.abc import Iterator

from rowledger.functions.domain.counting.reading import ReadingRules, as_text

_BACKSLASH = "\\"


def header_names(record: bytes, rules: ReadingRules, encoding: str) -> tuple[str, ...]:
    """Split the text of a first record into its fields.

    encoding: of the text, as Dialect.encoding has it; text of wider encodings is UTF-8 here.
    """
    text = _decoded(record, encoding)
    return tuple(_fields(text, rules))


def _fields(text: str, rules: ReadingRules) -> Iterator[str]:
    delimiter = None if rules.delimiter is None else as_text(rules.delimiter)
    quote = None if rules.quote is None else as_text(rules.quote)
    at = 0
    while True:
        if rules.blanks_before_quotes:
            after_blanks = len(text) - len(text[at:].lstrip(" "))
            if quote and text.startswith(quote, after_blanks):
                at = after_blanks
        value = []
        if quote and text.startswith(quote, at):
            section, at = _section(text, at + 1, quote, escapes=rules.escapes)
            value.append(section)
        plain, at = _plain(text, at, delimiter, escapes=rules.escapes)
        yield "".join(value) + plain
        if delimiter is None or not text.startswith(delimiter, at):
            return
        at += len(delimiter)


def _section(text: str, at: int, quote: str, *, escapes: bool) -> tuple[str, int]:
    """Return the text of a quoted section and the place behind its closing quote."""
    pieces = []
    while at < len(text):
        if escapes and text[at] == _BACKSLASH and at + 1 < len(text):
            pieces.append(text[at + 1])
            at += 2
        elif text[at] != quote:
            pieces.append(text[at])
            at += 1
        elif text.startswith(quote, at + 1):
            pieces.append(quote)
            at += 2
        else:
            return "".join(pieces), at + 1
    return "".join(pieces), at


def _plain(text: str, at: int, delimiter: str | None, *, escapes: bool) -> tuple[str, int]:
    """Return the text up to the next delimiter, and the place of that."""
    pieces = []
    while at < len(text) and not (delimiter and text.startswith(delimiter, at)):
        if escapes and text[at] == _BACKSLASH and at + 1 < len(text):
            at += 1
        pieces.append(text[at])
        at += 1
    return "".join(pieces), at


def _decoded(record: bytes, encoding: str) -> str:
    if encoding == "windows-1252":
        return record.decode("windows-1252")
    if encoding == "unknown-8bit":
        return record.decode("latin-1")
    return record.decode("utf-8", "replace")
