"""Finding where in a text something first is that a bulk count found to be in it."""

from collections.abc import Iterator

from rowledger.functions.domain.counting.line_ends import count_line_ends
from rowledger.functions.domain.counting.syntax import QUOTE, Syntax
from rowledger.functions.domain.counting.tally import Finding, Place


def first_places(
    text: bytes, syntax: Syntax, columns: int | None, wanted: set[Finding], newline: bytes | None
) -> Iterator[tuple[Finding, Place]]:
    """Yield the wanted findings with the place of the record in which each first is.

    Args:
        text: whole records.
        syntax: of the text.
        columns: fields of the file's first record.
        wanted: what is looked for.
        newline: the line end of the file's first record.
    """
    start, line = 0, 1
    missing = set(wanted)
    while missing and (match := syntax.record.match(text, start)):
        body = text[start : match.start("end")]
        found = _findings(body, match["end"], syntax, columns, newline) & missing
        for finding in found:
            yield finding, Place(line, start)
        missing -= found
        line += count_line_ends(text[start : match.end()])
        start = match.end()


def _findings(
    body: bytes, end: bytes, syntax: Syntax, columns: int | None, newline: bytes | None
) -> set[Finding]:
    found = set()
    if newline is not None and end != newline:
        found.add(Finding.OTHER_LINE_END)
    if not body:
        return found | {Finding.BLANK_LINE}
    masked, sections = syntax.mask(body)
    if columns is not None and masked.count(syntax.delimiter) + 1 != columns:
        found.add(Finding.RAGGED)
    if masked.count(QUOTE) > sections:
        found.add(Finding.LITERAL_QUOTE)
    if not body.strip(syntax.delimiter):
        found.add(Finding.EMPTY_RECORD)
    if syntax.junk.search(b"\n" + masked):
        found.add(Finding.TEXT_AFTER_QUOTE)
    if len(masked) > len(masked.translate(None, syntax.controls)):
        found.add(Finding.CONTROL)
    return found
