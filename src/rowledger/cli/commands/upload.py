from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click
from rich.progress import Progress

from rowledger.cli.environment import environment_option
from rowledger.cli.output import as_json, output
from rowledger.cli.parameters import NumberRange, json_option
from rowledger.cli.progress import byte_progress, item_progress, paused
from rowledger.cli.sender_options import told_option
from rowledger.cli.tables import outcome_line
from rowledger.cli.uploads import say_what_is_safe
from rowledger.errors import CommandError
from rowledger.functions.domain.faults import FaultError
from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.text import printable
from rowledger.functions.domain.upload import UploadName
from rowledger.operations.domain.rows import row_document
from rowledger.operations.domain.upload_plan import PlannedUpload, UploadPlan, plan_uploads
from rowledger.operations.ports.environment import Environment
from rowledger.operations.services.following import follow, send
from rowledger.wiring.local_files import files_below, linked_folders_below
from rowledger.wiring.operations import ledger_queries, uploader

_FILES_AT_ONCE = 4


@click.command()
@environment_option
@click.argument(
    "paths",
    metavar="FILE|FOLDER...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
)
@click.option(
    "--prefix",
    default="",
    help="What keys begin with; a slash is put behind it. One in front stays: /a/x.csv.",
)
@click.option(
    "--timeout",
    type=NumberRange(min=1, max=86_400),
    default=120,
    show_default=True,
    help="Seconds to wait for the outcomes.",
)
@told_option
@click.option("--no-follow", is_flag=True, help="Upload only; do not wait for the outcomes.")
@json_option("One JSON object a line.")
@click.pass_context
def upload(  # noqa: PLR0913 -- its options
    context: click.Context,
    environment: Environment,
    paths: tuple[Path, ...],
    prefix: str,
    timeout: float,
    *,
    told: Mapping[str, str],
    no_follow: bool,
    json_output: bool,
) -> None:
    """Put files into the input bucket and follow each to its outcome.

    Of a FOLDER all files below it are taken that the pipeline takes, under their paths in it; but
    not hidden ones. Each file gets a version of its own, and exactly that version is followed.

    Exits with 1 if a file was rejected or had no outcome in time.

    Example: rowledger upload orders.csv customers.csv.gz --prefix 2026/11
    """
    names = environment.names
    for path in paths:
        if not (path.is_file() or path.is_dir()):
            raise click.UsageError(f"{printable(str(path))} is neither a file nor a folder")
    linked = sum(map(linked_folders_below, paths))
    if linked:
        click.echo(f"left out: {linked:,} folders that are symbolic links", err=True)
    named = [(path, files_below(path)) for path in paths]
    plan = plan_uploads(named, prefix, names.suffixes)
    _check(plan, names.suffixes)
    if told and len(plan.uploads) > 1:
        raise click.UsageError("--told is of one file: upload them one after the other")
    sent = _send(environment, plan.uploads, told)
    if no_follow:
        for item in sent:
            click.echo(as_json({"key": item.key, "version_id": item.version_id}))
        return
    try:
        rows = _follow(environment, sent, timeout, json_output=json_output)
    except (KeyboardInterrupt, FaultError):
        say_what_is_safe(sent)
        raise
    if len(rows) > 1 and not json_output:
        _summarise(rows)
    if any(row.status is Status.FAILED for row in rows):
        context.exit(1)


def _check(plan: UploadPlan, suffixes: Sequence[str]) -> None:
    """Say what is left out; raise where something cannot be as it was asked for."""
    for path in plan.unnameable:
        raise click.UsageError(f"{printable(str(path))}: its name is not UTF-8, as S3's keys are")
    for path in plan.refused:
        raise click.UsageError(
            f"{printable(str(path))}: the pipeline takes names that end in"
            f" {' or '.join(suffixes)}, and ignores others"
        )
    for key, paths in plan.clashes.items():
        listed = ", ".join(printable(str(path)) for path in paths)
        raise click.UsageError(
            f"{listed} would all become {printable(key)}: upload them one after the other, or under"
            " prefixes of their own"
        )
    for count, what in (
        (plan.hidden, "hidden"),
        (plan.others, f"with a name that does not end in {' or '.join(suffixes)}"),
    ):
        if count:
            click.echo(f"left out: {count:,} files {what}", err=True)
    if not plan.uploads:
        raise CommandError("there is no file to upload")


def _send(
    environment: Environment, uploads: Sequence[PlannedUpload], told: Mapping[str, str]
) -> list[UploadName]:
    """Upload the files, a few at a time; what was sent before an error or an interrupt is said."""
    target, bucket = uploader(environment), environment.names.input_bucket
    sent: list[UploadName] = []
    with byte_progress() as progress:
        task = progress.add_task(
            "uploading", total=sum(each.path.stat().st_size for each in uploads)
        )

        def send_one(each: PlannedUpload) -> None:
            sent.append(
                send(
                    target,
                    each.path,
                    bucket,
                    each.key,
                    lambda size: progress.advance(task, size),
                    told,
                )
            )

        pool = ThreadPoolExecutor(_FILES_AT_ONCE)
        try:
            for _ in pool.map(send_one, uploads):
                pass
        except BaseException:
            # Those under way are still sent, and count.
            pool.shutdown(cancel_futures=True)
            with paused(progress):
                say_what_is_safe(sent)
            raise
        pool.shutdown()
    return sent


def _follow(
    environment: Environment, sent: Sequence[UploadName], timeout: float, *, json_output: bool
) -> list[LedgerRow]:
    rows = []
    with item_progress() as progress:
        for row in _outcomes(environment, sent, timeout, progress):
            rows.append(row)
            with paused(progress):
                if json_output:
                    click.echo(as_json(row_document(row)))
                else:
                    output.print(outcome_line(row), soft_wrap=True)
    return rows


def _outcomes(
    environment: Environment, sent: Sequence[UploadName], timeout: float, progress: Progress
) -> Iterator[LedgerRow]:
    task = progress.add_task("waiting for outcomes", total=len(sent))
    return follow(
        ledger_queries(environment),
        sent,
        timeout=timeout,
        on_waiting=lambda finished, _total: progress.update(task, completed=finished),
    )


def _summarise(rows: Sequence[LedgerRow]) -> None:
    good = [row for row in rows if row.status is Status.SUCCESS]
    codes = Counter(row.error["code"] for row in rows if row.error)
    rejected = ", ".join(f"{count:,} {code}" for code, count in sorted(codes.items()))
    data_rows = sum(row.rows_count or 0 for row in good)
    size = sum(row.file_size_bytes for row in rows)
    output.print(
        f"{len(rows):,} files, {size:,} bytes: {len(good):,} succeeded with {data_rows:,} data rows"
        + (f"; rejected: {rejected}" if rejected else ""),
        soft_wrap=True,
        markup=False,
    )
