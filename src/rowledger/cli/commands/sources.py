"""`rowledger sources`: what is expected of whose files, and how a local file stands by it."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.progress import Progress

from rowledger.cli.applied_sources import apply, diff, history, list_sources, show
from rowledger.cli.file_texts import dialect_text, rejection_text, warning_text
from rowledger.cli.learned_sources import learn
from rowledger.cli.local_files import file_chunks
from rowledger.cli.output import output, print_facts, print_json
from rowledger.cli.parameters import json_option
from rowledger.cli.progress import byte_progress
from rowledger.cli.recipients import recipients
from rowledger.cli.sender_options import sender_options
from rowledger.cli.source_files import FILE, mistake_lines, read_whole
from rowledger.errors import CommandError
from rowledger.functions import contract
from rowledger.functions.domain.dialect import Dialect
from rowledger.functions.domain.event import ignored_key
from rowledger.functions.domain.outcome import Counted, Header, Rejected, Status, examine
from rowledger.functions.domain.sources.earlier_files import EarlierFiles
from rowledger.functions.domain.sources.judgement import Judgement, judge
from rowledger.functions.domain.sources.sender_word import SenderWord
from rowledger.functions.domain.sources.source import Source
from rowledger.functions.domain.text import printable
from rowledger.functions.wiring.kernel import use_kernel
from rowledger.operations.domain.located import Mistake, MistakesError
from rowledger.wiring.sources import read_sources


@click.group()
def sources() -> None:
    """What is expected of whose files: sources.yaml, and what is in force.

    Example: rowledger sources apply sources.yaml --reason "orders have a column more"
    """


for each in (apply, diff, history, learn, list_sources, recipients, show):
    sources.add_command(each)


@sources.command()
@click.argument("path", metavar="FILE", type=FILE)
@json_option("Print one JSON object, with line, column, path and message of each mistake.")
@click.pass_context
def check(context: click.Context, path: Path, *, json_output: bool) -> None:
    """Check a file of sources: every mistake with its line. Exits with 1 if there is one.

    Example: rowledger sources check sources.yaml
    """
    number, mistakes = 0, tuple[Mistake, ...]()
    try:
        number = len(read_sources(path).sources)
    except MistakesError as error:
        mistakes = error.mistakes
    if json_output:
        documents = [
            {**asdict(each.position), "path": each.path, "message": each.message}
            for each in mistakes
        ]
        print_json({"path": str(path), "sources": number, "mistakes": documents})
    elif mistakes:
        click.echo("\n".join(mistake_lines(path, mistakes)))
    else:
        click.echo(f"{printable(str(path))}: {number:,} source{'' if number == 1 else 's'}")
    if mistakes:
        context.exit(1)


@sources.command()
@click.argument("file", metavar="FILE")
@click.option("--as", "key", required=True, help="The key that the file would have.")
@click.option(
    "--sources",
    "path",
    type=FILE,
    default=Path("sources.yaml"),
    show_default=True,
    help="The file of the sources.",
)
@click.option("--previous", metavar="FILE", help="The source's last good file, for its columns.")
@sender_options
@json_option("Print one JSON object.")
@click.pass_context
def test(
    context: click.Context,
    /,
    file: str,
    key: str,
    path: Path,
    previous: str | None,
    *,
    word: SenderWord | None,
    json_output: bool,
) -> None:
    """Show how a local file would be judged: by which source, its count, warnings or rejection.

    FILE may be - for standard input. Exits with 1 if the file would be rejected, or if no source is
    for its key.

    Example: rowledger sources test orders.csv --as acme/orders/orders.csv --told rows=1200
    """
    if ignored := ignored_key(key, contract.load("pipeline.json")["event_filter"]["suffixes"]):
        raise click.UsageError(f"--as {key!r}: the pipeline ignores this key: {ignored.reason}.")
    source = read_whole(path).sources.find(key)
    if source is None:
        raise CommandError(f"no source in {path} is for {key!r}")
    use_kernel()
    with byte_progress() as progress:
        last = None if previous is None else _columns_of(previous, source, progress)
        outcome = _examined(file, source, progress)
    judgement = judge(source, key, outcome, earlier=EarlierFiles(last=last), word=word)
    if json_output:
        print_json({"path": file, "key": key, **_document(source, outcome, judgement)})
    else:
        _print(key, source, outcome, judgement)
    if judgement.rejection:
        context.exit(1)


def _examined(path: str, source: Source, progress: Progress) -> Counted | Rejected:
    header = source.dialect.header
    with file_chunks(path, progress) as chunks:
        # Without a word of the source, as a pipeline is set by default.
        return examine(
            chunks, header=True if header is None else header, options=source.dialect.options
        )


def _columns_of(path: str, source: Source, progress: Progress) -> Header | None:
    outcome = _examined(path, source, progress)
    if isinstance(outcome, Rejected):
        reason = outcome.rejection
        raise CommandError(f"--previous {path} is no good file: {reason.code}: {reason.message}")
    return outcome.header


def _dialect_of(outcome: Counted | Rejected) -> Dialect | None:
    return outcome.count.dialect if isinstance(outcome, Counted) else outcome.dialect


def _document(source: Source, outcome: Counted | Rejected, judgement: Judgement) -> dict[str, Any]:
    count = outcome.count if isinstance(outcome, Counted) else None
    dialect = _dialect_of(outcome)
    rejection = judgement.rejection
    return {
        "source": source.name,
        "status": Status.FAILED if rejection else Status.SUCCESS,
        "rows": count.rows if count else None,
        "columns": count.columns if count else None,
        "header": count.header if count else None,
        "dialect": asdict(dialect) if dialect else None,
        "warnings": [warning.document() for warning in judgement.warnings],
        "error": rejection.document() if rejection else None,
    }


def _print(key: str, source: Source, outcome: Counted | Rejected, judgement: Judgement) -> None:
    count = outcome.count if isinstance(outcome, Counted) else None
    print_facts(
        [
            ("key", printable(key)),
            ("source", source.name),
            ("status", "FAILED" if judgement.rejection else "SUCCESS"),
            ("rows", f"{count.rows:,}" if count else "-"),
            ("columns", f"{count.columns:,}" if count else "-"),
            ("dialect", dialect_text(_dialect_of(outcome))),
        ]
    )
    if judgement.rejection:
        output.print(rejection_text(judgement.rejection))
    for warning in judgement.warnings:
        output.print(warning_text(warning))
