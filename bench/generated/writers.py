"""Writers of CSV that share no code: what each writes, it quotes in its own way."""

import csv
import io
from collections.abc import Callable, Sequence

Rows = Sequence[Sequence[str]]
Writer = Callable[[Rows, str, str], str]


def minimal(rows: Rows, delimiter: str, newline: str) -> str:
    """Quote only what needs it, by hand."""
    lines = []
    for row in rows:
        fields = []
        for field in row:
            if any(sign in field for sign in (delimiter, '"', "\n", "\r")):
                fields.append('"' + field.replace('"', '""') + '"')
            else:
                fields.append(field)
        lines.append(delimiter.join(fields))
    return newline.join(lines) + newline


def everything(rows: Rows, delimiter: str, newline: str) -> str:
    """Quote every field, by hand; the last line has no end."""
    return newline.join(
        delimiter.join(f'"{field.replace(chr(34), chr(34) * 2)}"' for field in row) for row in rows
    )


def module(rows: Rows, delimiter: str, newline: str) -> str:
    """Write with the csv module, which takes delimiters of one character."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter, lineterminator=newline)
    if len(rows) % 2:
        writer = csv.writer(
            file, delimiter=delimiter, lineterminator=newline, quoting=csv.QUOTE_NONNUMERIC
        )
    writer.writerows(rows)
    return file.getvalue()


def backslash(rows: Rows, delimiter: str, newline: str) -> str:
    r"""Quote every field and write \" for a quote, as MySQL and Spark do."""

    def field(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    return "".join(delimiter.join(map(field, row)) + newline for row in rows)


def unload(rows: Rows, delimiter: str, newline: str) -> str:
    """Quote nothing; a backslash stands before delimiters, line ends and backslashes."""

    def field(text: str) -> str:
        text = text.replace("\\", "\\\\").replace(delimiter, "\\" + delimiter)
        return text.replace("\n", "\\\n")

    return "".join(delimiter.join(map(field, row)) + newline for row in rows)


def apostrophes(rows: Rows, delimiter: str, newline: str) -> str:
    """Quote text with ', and leave numbers as they are."""

    def field(text: str) -> str:
        return text if text.isdigit() else "'" + text.replace("'", "''") + "'"

    return "".join(delimiter.join(map(field, row)) + newline for row in rows)


def spaced(rows: Rows, delimiter: str, newline: str) -> str:
    """Write a blank behind each delimiter, before the quote too."""
    return "".join(
        (delimiter + " ").join(f'"{field.replace(chr(34), chr(34) * 2)}"' for field in row)
        + newline
        for row in rows
    )
