"""Puts files into the input bucket and follows them to their outcome."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from rowledger.errors import CommandError
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.ledger_requests import FindRows
from rowledger.functions.domain.text import printable
from rowledger.functions.domain.upload import UploadName
from rowledger.functions.ports.ledger_queries import LedgerQueries
from rowledger.operations.ports.uploader import NO_METADATA, OnProgress, Uploader

# Between two looks: little at first, as most files take less, and then ever longer.
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS, _GROWTH = 0.1, 3.0, 1.3

# Called with how many have their outcome, and how many there are.
OnWaiting = Callable[[int, int], None]


def send(
    uploader: Uploader,
    path: Path,
    bucket: str,
    key: str,
    on_progress: OnProgress,
    metadata: Mapping[str, str] = NO_METADATA,
) -> UploadName:
    """Upload a local file; raise CommandError where that fails. metadata: see Uploader."""
    return UploadName(bucket, key, uploader.put(path, key, on_progress, metadata))


def _silent(_finished: int, _total: int) -> None:
    """Show no progress."""


def follow(
    ledger: LedgerQueries,
    sent: Sequence[UploadName],
    *,
    timeout: float,
    on_waiting: OnWaiting = _silent,
) -> Iterator[LedgerRow]:
    """Yield each upload once it has its outcome, and its mail is sent or waits for a digest.

    One query a look, for all that are still waited for. A ledger that cannot be asked for a while
    is asked again: what is waited for is retried meanwhile, too.

    Raises:
        CommandError: naming the uploads, where some have no outcome within the time (seconds).
        FaultError: DATABASE_UNAVAILABLE where the ledger cannot be asked when the time is up; what
            else is wrong, at once.
    """
    waiting, total = set(sent), len(set(sent))
    deadline = time.monotonic() + timeout
    pause = _FIRST_PAUSE_SECONDS
    while waiting:
        on_waiting(total - len(waiting), total)
        away = None
        try:
            rows = ledger.find_rows(FindRows(uploads=tuple(sorted(waiting))))
        except FaultError as fault:
            if fault.code is not FaultCode.DATABASE_UNAVAILABLE:
                raise
            rows, away = (), fault
        for row in rows:
            if row.is_announced:
                waiting.discard(row.upload.name)
                yield row
        if not waiting:
            return
        left = deadline - time.monotonic()
        if left <= 0:
            if away:
                raise away
            names = ", ".join(printable(each.key) for each in sorted(waiting))
            raise CommandError(
                f"no outcome after {timeout:g} s: {names}; a fault is retried and then kept in the"
                " failure queue: see rowledger logs and rowledger dead-letters"
            )
        time.sleep(min(pause, left))
        pause = min(pause * _GROWTH, _LONGEST_PAUSE_SECONDS)
