"""Finding a text's delimiter, and whether backslashes escape its quotes, from a sample.

Each candidate is tried: the csv module reads the sample with it, and the candidate under which
the sample looks most like a table wins.
"""

import csv
import io
import re
from collections import Counter as Tally
from collections.abc import Iterable
from dataclasses import dataclass

SAMPLE_SIZE = 64 * 1024

# Preferred first where nothing else decides. U+001F is ASCII's own unit separator.
_DELIMITERS = (",", ";", "\t", "|", "\x1f")
_NOT_DECIMAL_COMMA = re.compile(r"(?<!\d),|,(?!\d)")
_ESCAPED_QUOTE = r"\""


@dataclass(frozen=True, slots=True)
class Format:
    r"""What the sample shows.

    delimiter: one character, or None where no record has a second field.
    backslash_escapes: whether `\"` is a literal quote.
    """

    delimiter: str | None
    backslash_escapes: bool = False


@dataclass(frozen=True, slots=True, order=True)
class _Fit:
    """How well a delimiter explains the sample; fields in the order in which they decide.

    table: share of records with the commonest number of fields (0 if that is one field),
        times the share of quote characters that the delimiter makes syntax.
    well_formed: no text follows a closing quote, and the last quote is closed.
    separates: it is not a comma that is between digits only, as a decimal comma is.
    fields: in the commonest record.
    """

    table: float
    well_formed: bool
    separates: bool
    fields: int


def sniff(sample: bytes, *, complete: bool) -> Format:
    """Find the format of `sample`, the text's first bytes; complete: there are no more.

    Prefers the comma where nothing tells delimiters apart.
    """
    text = sample.decode("latin-1")  # any ASCII-compatible encoding keeps its structure in it
    delimiter, fit = _best(text, complete=complete, backslash_escapes=False)
    if _ESCAPED_QUOTE in text and not fit.well_formed:
        escaped_delimiter, escaped = _best(text, complete=complete, backslash_escapes=True)
        if escaped.well_formed:
            return Format(escaped_delimiter, backslash_escapes=True)
    return Format(delimiter)


def _best(text: str, *, complete: bool, backslash_escapes: bool) -> tuple[str | None, _Fit]:
    if backslash_escapes:
        text = text.replace(r"\\", "__").replace(_ESCAPED_QUOTE, "__")
    fits = {
        delimiter: _fit(text, delimiter, complete=complete)
        for delimiter in _DELIMITERS
        if delimiter in text or delimiter == ","
    }
    best = max(fits, key=fits.__getitem__)  # the first of equals
    return (best if fits[best].fields > 1 else None), fits[best]


def _fit(text: str, delimiter: str, *, complete: bool) -> _Fit:
    records, well_formed = _read(text, delimiter, complete=complete)
    widths = Tally(map(len, records))
    if not widths:
        return _Fit(table=0.0, well_formed=well_formed, separates=True, fields=0)
    fields, agreeing = max(widths.items(), key=lambda width: (width[1], width[0]))
    literal = sum(field.count('"') for record in records for field in record)
    # The last record of an incomplete sample is not among the records.
    quotes = max(text.count('"'), literal)
    syntax = (quotes - literal + 1) / (quotes + 1)
    return _Fit(
        table=agreeing / len(records) * syntax if fields > 1 else 0.0,
        well_formed=well_formed,
        separates=delimiter != "," or bool(_NOT_DECIMAL_COMMA.search(text)),
        fields=max(widths) if fields == 1 else fields,
    )


def _read(text: str, delimiter: str, *, complete: bool) -> tuple[list[list[str]], bool]:
    """Return the sample's whole records, and whether they are well-formed."""
    lines = io.StringIO(text, newline="").readlines()
    try:
        records = _records(lines, delimiter, strict=True)
        well_formed = True
    except csv.Error:
        records = _records(lines, delimiter, strict=False)
        well_formed = not complete and _is_cut_only(lines, delimiter)
    if not complete and len(records) > 1:
        records.pop()
    return [record for record in records if record], well_formed


def _records(lines: Iterable[str], delimiter: str, *, strict: bool) -> list[list[str]]:
    return list(csv.reader(lines, delimiter=delimiter, strict=strict))


def _is_cut_only(lines: list[str], delimiter: str) -> bool:
    """Say whether strict reading fails only where the sample was cut off: inside quotes."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        for _ in reader:
            pass
    except csv.Error:
        return reader.line_num == len(lines)
    return True
