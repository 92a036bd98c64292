"""Puts files into the input bucket and follows them to their outcome."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from rowledger.errors import CommandError
from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.ledger_requests import FindRows
from rowledger.functions.domain.text import printable
from rowledger.functions.domain.upload import UploadName
from rowledger.functions.ports.ledger_queries import LedgerQueries
from rowledger.operations.ports.uploader import OnProgress, Uploader

# Between two looks: little at first, as most files take less, and then ever longer.
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS, _GROWTH = 0.1, 3.0, 1.3

# Called with how many have their outcome, and how many there are.
OnWaiting = Callable[[int, int], None]


def send(
    uploader: Uploader, path: Path, bucket: str, key: str, on_progress: OnProgress
) -> UploadName:
    """Upload a local file; raise CommandError where that fails."""
    return UploadName(bucket, key, uploader.put(path, key, on_progress))


def _silent(_finished: int, _total: int) -> None:
    """Show no progress."""


def follow(
    ledger: LedgerQueries,
    sent: Sequence[UploadName],
    *,
    timeout: float,
    on_waiting: OnWaiting = _silent,
) -> Iterator[LedgerRow]:
    """Yield each upload once it has its outcome and its notification is sent.

    One query a look, for all that are still waited for. Raise CommandError, naming the uploads,
    where some have none within the time (seconds).
    """
    waiting, total = set(sent), len(set(sent))
    deadline = time.monotonic() + timeout
    pause = _FIRST_PAUSE_SECONDS
    while waiting:
        on_waiting(total - len(waiting), total)
        for row in ledger.find_rows(FindRows(uploads=tuple(sorted(waiting)))):
            if row.is_final and row.notified_at is not None:
                waiting.discard(row.upload.name)
                yield row
        if not waiting:
            return
        left = deadline - time.monotonic()
        if left <= 0:
            names = ", ".join(printable(each.key) for each in sorted(waiting))
            raise CommandError(
                f"no outcome after {timeout:g} s: {names}; a fault is retried and then kept in the"
                " failure queue: see rowledger logs and rowledger dead-letters"
            )
        time.sleep(min(pause, left))
        pause = min(pause * _GROWTH, _LONGEST_PAUSE_SECONDS)
