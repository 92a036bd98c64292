"""What the commands print with: tables for people, JSON for programs."""

import sys
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import click
from rich.cells import cell_len
from rich.console import Console
from rich.highlighter import JSONHighlighter
from rich.table import Table
from rich.text import Text

from rowledger.functions.domain.text import json_text
from rowledger.operations.domain.rows import json_line

# A pipe has no width of its own, and a program that reads it wants whole lines.
_PIPE_WIDTH = 200
_COLUMN_GAP = 2
output = Console(highlight=False, width=None if sys.stdout.isatty() else _PIPE_WIDTH)


def table_of(*columns: str) -> Table:
    """An empty table whose cells wrap rather than lose their ends."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def print_rows(
    columns: Sequence[str],
    rows: Sequence[Sequence[str | Text]],
    *,
    numbers: Collection[str] = (),
) -> None:
    """A table where every row fits into the terminal; else a block of lines for each row.

    Either way each value is whole, on one line. A row's first value heads its block; those that are
    empty are left out of it. The values of a row are as many as the columns; lines in a value are
    lines of its cell. numbers: the columns that a table aligns at the right.
    """
    widths = (max(map(_width, column)) for column in zip(columns, *rows, strict=True))
    if sum(widths) + _COLUMN_GAP * (len(columns) - 1) <= output.width:
        table = table_of(*columns)
        for column in table.columns:
            column.no_wrap = True
            column.justify = "right" if column.header in numbers else "left"
        for row in rows:
            table.add_row(*(_text(value) for value in row))
        output.print(table)
        return
    for number, row in enumerate(rows):
        if number:
            output.print()
        print_facts(
            (name, _text(value))
            for name, value in zip(columns, row, strict=True)
            if _text(value).plain
        )


def _text(value: str | Text) -> Text:
    # Text, not markup: brackets in a value are brackets.
    return value if isinstance(value, Text) else Text(value)


def _width(value: str | Text) -> int:
    return max(map(cell_len, _text(value).plain.split("\n")))


def print_facts(facts: Iterable[tuple[str, str | Text]]) -> None:
    """Names and values, one a line. No value is cut or folded: an address can be copied whole.

    Further lines of a value are below its first.
    """
    listed = list(facts)
    width = max(len(name) for name, _ in listed)
    for name, value in listed:
        for number, line in enumerate(_text(value).split("\n", allow_blank=True)):
            head = "" if number else name
            output.print(Text(f"{head:<{width}}  ", style="bold").append(line), soft_wrap=True)


def as_json(document: Any) -> str:  # noqa: ANN401 -- any JSON
    """One line of JSON; times in ISO 8601."""
    return json_line(document)


def print_json(value: object) -> None:
    """One JSON document on standard output."""
    click.echo(json_text(value, indent=2))


def show_json(value: object) -> None:
    """The same for people: in colours on a terminal."""
    output.print(JSONHighlighter()(json_text(value, indent=2)), soft_wrap=True)
