"""Puts files into the input bucket and follows them to their outcome."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rowledger.errors import CommandError
from rowledger.functions.domain.ledger import FileRecord
from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.text import printable
from rowledger.functions.ports.ledger import Ledger
from rowledger.operations.ports.input_bucket import InputBucket, OnProgress

_POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Sent:
    """A file in the input bucket."""

    key: str
    version_id: str


def send(bucket: InputBucket, path: Path, key: str, on_progress: OnProgress) -> Sent:
    """Upload a local file; raise CommandError where that fails."""
    return Sent(key, bucket.put(path, key, on_progress))


def follow(ledger: Ledger, sent: list[Sent], *, timeout: float) -> Iterator[FileRecord]:
    """Yield each upload's row once it has its outcome and its notification is sent.

    Raise CommandError, naming the uploads, where some have none within the time (seconds).
    """
    waiting = list(sent)
    deadline = time.monotonic() + timeout
    while waiting:
        for item in list(waiting):
            record = _finished(ledger, item)
            if record is not None:
                waiting.remove(item)
                yield record
        if waiting and time.monotonic() > deadline:
            names = ", ".join(printable(item.key) for item in waiting)
            raise CommandError(
                f"no outcome after {timeout:g} s: {names}; a fault is retried and then kept in the"
                " failure queue: see rowledger logs and rowledger dead-letters"
            )
        if waiting:
            time.sleep(_POLL_SECONDS)


def _finished(ledger: Ledger, item: Sent) -> FileRecord | None:
    for record in ledger.files(limit=1, key=item.key, version_id=item.version_id):
        if record.status != Status.PROCESSING and record.notified_at is not None:
            return record
    return None
