"""How a command's argument names one upload: by its id in the ledger, or by its key."""

import shlex
from collections.abc import Sequence

import click

from rowledger.cli.parameters import Command
from rowledger.errors import CommandError
from rowledger.functions.domain.history import UploadHistory
from rowledger.functions.domain.ledger_requests import ShowUpload
from rowledger.functions.domain.text import printable
from rowledger.functions.domain.upload import UploadName
from rowledger.functions.ports.ledger_queries import LedgerQueries

# What a ledger id can be: PostgreSQL's integer.
_MAX_ID = 2**31 - 1


def upload_argument(command: Command) -> Command:
    """Add the argument FILE and the option --version."""
    version = click.option(
        "--version", "version_id", help="This version of it; else the one received last."
    )
    return click.argument("file")(version(command))


def find_upload(ledger: LedgerQueries, file: str, version_id: str | None) -> UploadHistory:
    """Find an upload; raise CommandError where the ledger has none.

    file: digits are the ledger id, which no key that the pipeline takes looks like.
    """
    if file.isascii() and file.isdecimal() and version_id is None:
        found = ledger.show_upload(ShowUpload(file_id=int(file))) if int(file) <= _MAX_ID else None
    else:
        found = ledger.show_upload(ShowUpload(key=file, version_id=version_id))
    if found is None:
        which = f" in version {version_id!r}" if version_id else ""
        raise CommandError(f"the ledger has no upload {file!r}{which}; see: rowledger files")
    return found


def say_what_is_safe(sent: Sequence[UploadName]) -> None:
    """Say, where somebody stops waiting, that nothing is lost by that, and how to look again."""
    if not sent:
        return
    keys = "the file is" if len(sent) == 1 else f"{len(sent):,} files are"
    click.echo(
        f"{keys} in the input bucket, and will be processed without this command; look again with:"
        f" {_how_to_show(sent[0].key)}rowledger files",
        err=True,
    )


def _how_to_show(key: str) -> str:
    """The command for a key that can be written on a command line as it is; else nothing."""
    if printable(key) != key:
        return ""
    return f"rowledger show {'-- ' if key.startswith('-') else ''}{shlex.quote(key)}, or "
