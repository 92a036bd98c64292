"""The line with which a file for spreadsheets declares its delimiter: `sep=;`."""

import re
from dataclasses import dataclass

_DECLARATION = re.compile(
    rb'\A"?sep=(?P<delimiter>[^"\r\n]{1,8})"?[,;\t| ]*(?P<end>\r\n|\n|\r)', re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Declaration:
    """delimiter: what is declared. size: of the line, in bytes."""

    delimiter: bytes
    size: int


def declaration(text: bytes) -> Declaration | None:
    """Return what the first line of a text declares, if it does."""
    match = _DECLARATION.match(text)
    if match is None:
        return None
    delimiter = match["delimiter"]
    one = delimiter[:1]
    if delimiter == one * len(delimiter) and one in b",;\t":
        delimiter = one  # a program that padded the line to the table's width
    return Declaration(delimiter, match.end())
