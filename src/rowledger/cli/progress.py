"""Shows long work on a terminal, on standard error, and nothing anywhere else.

A command that prints lines while a bar is shown prints them within paused(): the bar is taken away
for each of them, so that neither tears the other.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TransferSpeedColumn,
)

_errors = Console(stderr=True)


@contextmanager
def spinner() -> Iterator[Callable[[str], None]]:
    """Shows the step that is being done; call what it yields with each step."""
    with _errors.status("…") as status:
        yield status.update


def byte_progress() -> Progress:
    """Bars of bytes, with their speed."""
    return _progress(DownloadColumn(), TransferSpeedColumn())


def item_progress() -> Progress:
    """Bars of whole items."""
    return _progress(MofNCompleteColumn())


@contextmanager
def paused(progress: Progress) -> Iterator[None]:
    """Take a bar away while something else is printed, so that neither tears the other."""
    if progress.disable:
        yield
        return
    progress.stop()
    try:
        yield
    finally:
        progress.start()


def _progress(*columns: ProgressColumn) -> Progress:
    console = Console(stderr=True)
    return Progress(
        # Text, not markup: a description may be a file's name.
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        *columns,
        console=console,
        transient=True,
        # What is printed meanwhile is not captured: it may be for a program.
        redirect_stdout=False,
        redirect_stderr=False,
        disable=not console.is_terminal,
    )
