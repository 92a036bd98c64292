import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from rowledger.cli.environment import environment_option
from rowledger.cli.uploads import find_upload, upload_argument
from rowledger.errors import CommandError
from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.text import printable
from rowledger.operations.ports.environment import Environment
from rowledger.operations.services.fetching import Fetching, Kept
from rowledger.wiring.operations import fetching, ledger_queries

_STANDARD_OUTPUT = Path("-")


def _kept_option(kept: Kept, help_text: str) -> Callable[[Any], Any]:
    return click.option(
        f"--{kept}", "kept", flag_value=kept, type=click.Choice(Kept), help=help_text
    )


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
    kept: Kept | None,
    target: Path | None,
    *,
    force: bool,
) -> None:
    """Fetch an upload's receipt, its backup or the upload itself, and compare it with the ledger.

    Exactly the version that was counted is read. Where its SHA-256 is not the ledger's, nothing is
    left and the exit status is 1. FILE is the object key, or the ledger id that the mails name.

    Example: rowledger get orders.csv --backup -o orders.csv
    """
    if kept is None:
        raise click.UsageError("say what: --receipt, --backup or --input")
    row = find_upload(ledger_queries(environment), file, version_id).row
    source = fetching(environment)
    if target == _STANDARD_OUTPUT:
        if sys.stdout.isatty() and kept is not Kept.RECEIPT:
            raise click.UsageError("this is no text for a terminal: give -o a name, or use a pipe")
        source.fetch(row, kept, sys.stdout.buffer.write)
        return
    default = "result.json" if kept is Kept.RECEIPT else row.filename.rpartition("/")[2]
    path = target or Path(printable(default))
    size = _fetch_into(path, source, row, kept, force=force)
    same = "" if kept is Kept.RECEIPT or row.sha256 is None else ", SHA-256 as in the ledger"
    click.echo(f"{path}: {size:,} bytes{same}", err=True)


def _fetch_into(path: Path, source: Fetching, row: LedgerRow, kept: Kept, *, force: bool) -> int:
    """Write beside the file first, so that what is there is never half of it."""
    if path.exists() and not force:
        raise CommandError(f"{path} exists: choose another name with -o, or write over it: --force")
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as file:
            size = source.fetch(row, kept, file.write)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return size
