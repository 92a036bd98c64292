import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from rowledger.cli.environment import environment_option
from rowledger.cli.uploads import find_upload, upload_argument
from rowledger.cli.whole_files import STANDARD_OUTPUT, whole_file
from rowledger.functions.domain.text import printable
from rowledger.operations.ports.environment import Environment
from rowledger.operations.services.fetching import Kept
from rowledger.wiring.operations import fetching, ledger_queries


def _kept_option(kept: Kept, help_text: str) -> Callable[[Any], Any]:
    return click.option(f"--{kept}", is_flag=True, help=help_text)


@click.command()
@environment_option
@upload_argument
@_kept_option(Kept.RECEIPT, "Its receipt, result.json.")
@_kept_option(Kept.BACKUP, "Its backup.")
@_kept_option(Kept.INPUT, "The upload itself, as long as the input bucket keeps it.")
@click.option(
    "-o",
    "--output",
    "target",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help="Where to; - is standard output.  [default: its name, in this folder]",
)
@click.option("--force", is_flag=True, help="Write over a file that exists.")
def get(
    environment: Environment,
    file: str,
    version_id: str | None,
    target: Path | None,
    *,
    force: bool,
    **flags: bool,
) -> None:
    """Fetch an upload's receipt, its backup or the upload itself, and compare it with the ledger.

    Exactly the version that was counted is read. Where its SHA-256 is not the ledger's, nothing is
    left and the exit status is 1. FILE is the object key, or the ledger id that the mails name.

    Example: rowledger get orders.csv --backup -o orders.csv
    """
    chosen = [each for each in Kept if flags[each]]
    if len(chosen) != 1:
        raise click.UsageError("say which one: --receipt, --backup or --input")
    (kept,) = chosen
    row = find_upload(ledger_queries(environment), file, version_id).row
    source = fetching(environment)
    if target == STANDARD_OUTPUT:
        if sys.stdout.isatty() and kept is not Kept.RECEIPT:
            raise click.UsageError("this is no text for a terminal: give -o a name, or use a pipe")
        source.fetch(row, kept, sys.stdout.buffer.write)
        return
    default = "result.json" if kept is Kept.RECEIPT else row.filename.rpartition("/")[2]
    path = target or Path(printable(default))
    with whole_file(path, force=force) as written:
        size = source.fetch(row, kept, written.write)
    same = "" if kept is Kept.RECEIPT or row.sha256 is None else ", SHA-256 as in the ledger"
    click.echo(f"{path}: {size:,} bytes{same}", err=True)
