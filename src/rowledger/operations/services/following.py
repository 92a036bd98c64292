"""Puts files into the input bucket and follows them to their outcome."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rowledger.errors import CommandError
from rowledger.functions.domain.text import printable
from rowledger.operations.domain.history import UploadHistory
from rowledger.operations.ports.ledger_queries import LedgerQueries
from rowledger.operations.ports.uploader import OnProgress, Uploader

_POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Sent:
    """A file in the input bucket."""

    key: str
    version_id: str


def send(uploader: Uploader, path: Path, key: str, on_progress: OnProgress) -> Sent:
    """Upload a local file; raise CommandError where that fails."""
    return Sent(key, uploader.put(path, key, on_progress))


def follow(ledger: LedgerQueries, sent: list[Sent], *, timeout: float) -> Iterator[UploadHistory]:
    """Yield each upload once it has its outcome and its notification is sent.

    Raise CommandError, naming the uploads, where some have none within the time (seconds).
    """
    waiting = list(sent)
    deadline = time.monotonic() + timeout
    while waiting:
        for item in list(waiting):
            history = _finished(ledger, item)
            if history is not None:
                waiting.remove(item)
                yield history
        if waiting and time.monotonic() > deadline:
            names = ", ".join(printable(item.key) for item in waiting)
            raise CommandError(
                f"no outcome after {timeout:g} s: {names}; a fault is retried and then kept in the"
                " failure queue: see rowledger logs and rowledger dead-letters"
            )
        if waiting:
            time.sleep(_POLL_SECONDS)


def _finished(ledger: LedgerQueries, item: Sent) -> UploadHistory | None:
    for history in ledger.histories(limit=1, key=item.key, version_id=item.version_id):
        if history.row.is_final and history.row.notified_at is not None:
            return history
    return None
