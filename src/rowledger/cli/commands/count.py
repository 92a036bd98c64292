"""`rowledger count`: the function's own counter on local files."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass

import click
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from rowledger.cli.dialect_options import dialect_options
from rowledger.cli.explanation import explanation, means_of_counting
from rowledger.cli.file_texts import dialect_text, rejection_text, warning_text
from rowledger.cli.local_files import file_chunks
from rowledger.cli.output import as_json, output, table_of
from rowledger.cli.parameters import json_option
from rowledger.cli.progress import byte_progress, paused
from rowledger.functions.domain.counting.counter import Counter
from rowledger.functions.domain.counting.detection import Detection
from rowledger.functions.domain.counting.options import CountOptions
from rowledger.functions.domain.dialect import Dialect
from rowledger.functions.domain.rejection import RejectedError, Rejection
from rowledger.functions.domain.text import printable
from rowledger.functions.domain.warning import FileWarning
from rowledger.functions.wiring.kernel import use_kernel


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
    try:
        with file_chunks(path, progress) as chunks:
            for chunk in chunks:
                counter.feed(chunk)
            found = counter.finish()
    except RejectedError as error:
        return _Result(
            path, None, None, None, counter.dialect, (), error.rejection, counter.detection
        )
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


def _table(results: list[_Result]) -> Table:
    table = table_of("file", "rows", "columns", "dialect, or why it is rejected")
    table.columns[1].justify = table.columns[2].justify = "right"
    for result in results:
        if result.rejection:
            table.add_row(Text(printable(result.path)), "-", "-", rejection_text(result.rejection))
        else:
            table.add_row(
                Text(printable(result.path)),
                f"{result.rows:,}",
                f"{result.columns:,}",
                dialect_text(result.dialect),
            )
    return table


def _warning_lines(results: list[_Result]) -> Iterator[Text]:
    for result in results:
        for warning in result.warnings:
            yield Text(f"{printable(result.path)}: ").append(warning_text(warning))
