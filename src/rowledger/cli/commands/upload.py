from collections.abc import Sequence
from pathlib import Path

import click

from rowledger.cli.output import as_json, output
from rowledger.cli.parameters import NumberRange, json_option
from rowledger.cli.progress import byte_progress
from rowledger.cli.tables import history_document, outcome_line
from rowledger.functions.domain.event import ignored_key
from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.text import printable
from rowledger.operations.ports.uploader import Uploader
from rowledger.operations.services.following import Sent, follow, send
from rowledger.wiring.environments import open_environment
from rowledger.wiring.operations import uploader


@click.command()
@click.argument(
    "paths",
    metavar="FILE...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option("--prefix", default="", help="Put before each file's name to make its key.")
@click.option(
    "--timeout",
    type=NumberRange(min=1, max=86_400),
    default=120,
    show_default=True,
    help="Seconds to wait for the outcomes.",
)
@click.option("--no-follow", is_flag=True, help="Upload only; do not wait for the outcomes.")
@json_option("One JSON object a line.")
@click.pass_context
def upload(
    context: click.Context,
    paths: tuple[Path, ...],
    prefix: str,
    timeout: float,
    *,
    no_follow: bool,
    json_output: bool,
) -> None:
    """Put files into the input bucket and follow each to its outcome.

    Exits with 1 if a file was rejected or had no outcome in time.

    Example: rowledger upload orders.csv customers.csv.gz --prefix 2026/11/
    """
    environment = open_environment()
    _refuse_ignored(paths, prefix, environment.names.suffixes)
    sent = _send(uploader(environment), paths, prefix)
    if no_follow:
        for item in sent:
            click.echo(as_json({"key": item.key, "version_id": item.version_id}))
        return
    rejected = False
    with environment.ledger() as ledger:
        for history in follow(ledger, sent, timeout=timeout):
            rejected |= history.row.status is Status.FAILED
            if json_output:
                click.echo(as_json(history_document(history)))
            else:
                output.print(outcome_line(history.row), soft_wrap=True)
    if rejected:
        context.exit(1)


def _refuse_ignored(paths: tuple[Path, ...], prefix: str, suffixes: Sequence[str]) -> None:
    for path in paths:
        if ignored_key(f"{prefix}{path.name}", suffixes):
            raise click.UsageError(
                f"{printable(str(path))}: the pipeline takes names that end in"
                f" {' or '.join(suffixes)}, and ignores others"
            )


def _send(target: Uploader, paths: tuple[Path, ...], prefix: str) -> list[Sent]:
    with byte_progress() as progress:
        total = sum(path.stat().st_size for path in paths)
        task = progress.add_task("uploading", total=total)
        return [
            send(target, path, f"{prefix}{path.name}", lambda sent: progress.advance(task, sent))
            for path in paths
        ]
