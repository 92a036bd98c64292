"""What the commands of the local stack print with."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.highlighter import JSONHighlighter
from rich.table import Table

from rowledger.functions.domain.text import json_text

# A pipe has no width of its own, and a program that reads it wants whole lines.
_PIPE_WIDTH = 200
output = Console(highlight=False, width=None if sys.stdout.isatty() else _PIPE_WIDTH)
_errors = Console(stderr=True)


@contextmanager
def spinner() -> Iterator[Callable[[str], None]]:
    """Shows what is being done on a terminal, and nothing anywhere else."""
    with _errors.status("…") as status:
        yield status.update


def table_of(*columns: str) -> Table:
    """An empty table whose cells wrap rather than lose their ends."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def print_json(value: object) -> None:
    """One JSON document on standard output."""
    click.echo(json_text(value, indent=2))


def show_json(value: object) -> None:
    """The same for people: in colours on a terminal."""
    output.print(JSONHighlighter()(json_text(value, indent=2)), soft_wrap=True)
