"""`rowledger count`: the function's own counter on local files."""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

import click
from rich.progress import Progress, TaskID
from rich.table import Table
from rich.text import Text

from rowledger.cli.dialect_options import dialect_options
from rowledger.cli.explanation import explanation, means_of_counting
from rowledger.cli.output import as_json, output, table_of
from rowledger.cli.parameters import json_option
from rowledger.cli.progress import byte_progress, paused
from rowledger.cli.tables import place
from rowledger.functions.domain.counting.counter import Counter
from rowledger.functions.domain.counting.detection import Detection
from rowledger.functions.domain.counting.options import CountOptions
from rowledger.functions.domain.counting.reading import shown
from rowledger.functions.domain.dialect import Dialect
from rowledger.functions.domain.rejection import RejectedError, Rejection
from rowledger.functions.domain.text import printable
from rowledger.functions.domain.warning import FileWarning
from rowledger.functions.wiring.kernel import use_kernel

_CHUNK_SIZE = 1024 * 1024
_STDIN = "-"


@dataclass(frozen=True, slots=True)
class _Result:
    """What one file came to: a count, or the rejection."""

    path: str
    rows: int | None
    columns: int | None
    header: tuple[str, ...] | None
    dialect: Dialect | None
    warnings: tuple[FileWarning, ...]
    rejection: Rejection | None
    detection: Detection | None

    def document(self) -> dict[str, object]:
        return {
            "path": self.path,
            "rows": self.rows,
            "columns": self.columns,
            "header": None if self.header is None else list(self.header),
            "dialect": asdict(self.dialect) if self.dialect else None,
            "warnings": [warning.document() for warning in self.warnings],
            "error": self.rejection.code if self.rejection else None,
        }


@click.command()
@click.argument("paths", metavar="FILE...", nargs=-1, required=True)
@json_option("Print one JSON object a line.")
@click.option("--no-header", is_flag=True, help="Count the first record as data, too.")
@dialect_options
@click.option("--explain", is_flag=True, help="Show the readings that were tried on each file.")
@click.pass_context
def count(
    context: click.Context,
    paths: tuple[str, ...],
    *,
    json_output: bool,
    no_header: bool,
    explain: bool,
    told: CountOptions,
) -> None:
    """Count the data rows of local files with the function's own counter.

    Compression (gzip), encoding and dialect are found from the content, or told. No stack is
    needed. FILE may be - for standard input. Exits with 1 if a file is rejected or cannot be read.

    Example: rowledger count orders.csv customers.csv.gz
    """
    if explain and json_output:
        raise click.UsageError("--explain is for people; it cannot be combined with --json.")
    use_kernel()
    results: list[_Result] = []
    unreadable = False
    with byte_progress() as progress:
        for path in paths:
            try:
                result = _count(path, told, header=not no_header, progress=progress)
            except OSError as error:
                unreadable = True
                reason = error.strerror or str(error)
                with paused(progress):
                    click.echo(f"rowledger: cannot read {printable(path)}: {reason}", err=True)
                continue
            results.append(result)
            if explain:
                with paused(progress):
                    output.print(explanation(result.path, result.detection, header=not no_header))
                    output.print(means_of_counting())
            if json_output:
                with paused(progress):
                    click.echo(as_json(result.document()))
    if results and not json_output:
        output.print(_table(results))
        for line in _warning_lines(results):
            output.print(line)
    if unreadable or any(result.rejection for result in results):
        context.exit(1)


def _count(path: str, told: CountOptions, *, header: bool, progress: Progress) -> _Result:
    counter = Counter(header=header, options=told)
    with _opened(path) as (file, size):
        task = progress.add_task(printable(path), total=size)
        try:
            for chunk in _chunks(file, progress, task):
                counter.feed(chunk)
            found = counter.finish()
        except RejectedError as error:
            return _Result(
                path, None, None, None, counter.dialect, (), error.rejection, counter.detection
            )
        finally:
            progress.remove_task(task)
    return _Result(
        path,
        found.rows,
        found.columns,
        found.header,
        found.dialect,
        found.warnings,
        None,
        counter.detection,
    )


def _chunks(file: BinaryIO, progress: Progress, task: TaskID) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK_SIZE):
        yield chunk
        progress.advance(task, len(chunk))


@contextmanager
def _opened(path: str) -> Iterator[tuple[BinaryIO, int | None]]:
    """The file and its size in bytes, where it has one."""
    if path == _STDIN:
        yield sys.stdin.buffer, None
        return
    # Unbuffered: each read is a whole chunk already.
    with Path(path).open("rb", buffering=0) as file:
        size = file.seek(0, io.SEEK_END) if file.seekable() else None
        if size is not None:
            file.seek(0)
        yield file, size


def _table(results: list[_Result]) -> Table:
    table = table_of("file", "rows", "columns", "dialect, or why it is rejected")
    table.columns[1].justify = table.columns[2].justify = "right"
    for result in results:
        if result.rejection:
            table.add_row(Text(printable(result.path)), "-", "-", _rejection_text(result.rejection))
        else:
            table.add_row(
                Text(printable(result.path)),
                f"{result.rows:,}",
                f"{result.columns:,}",
                _dialect_text(result.dialect),
            )
    return table


def _warning_lines(results: list[_Result]) -> Iterator[Text]:
    for result in results:
        for warning in result.warnings:
            where = place(warning.line, warning.byte_offset)
            where = f" ({where})" if where else ""
            yield Text.assemble(
                f"{printable(result.path)}: ",
                (warning.code, "yellow"),
                f"{where}: {warning.message}",
            )


def _rejection_text(rejection: Rejection) -> Text:
    where = place(rejection.line, rejection.byte_offset)
    where = f" ({where})" if where else ""
    return Text.assemble((rejection.code, "red"), f"{where}: {rejection.message}")


def _dialect_text(dialect: Dialect | None) -> Text:
    if dialect is None:
        return Text()
    delimiter = dialect.delimiter
    words = [
        "one column" if delimiter is None else shown(delimiter.encode()),
        f"{dialect.quote} quotes" if dialect.quote else "no quotes",
        dialect.newline or "no line end",
        dialect.encoding,
        *([dialect.compression] if dialect.compression else []),
        "header" if dialect.header else "no header",
    ]
    return Text("  ".join(words))
