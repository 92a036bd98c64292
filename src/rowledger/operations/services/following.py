"""Puts files into the input bucket and follows them to their outcome."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from rowledger.functions.domain.text import printable
from rowledger.local import StackError
from rowledger.local.stack import Stack
from rowledger.operations.domain.history import UploadHistory
from rowledger.operations.ports.ledger_queries import LedgerQueries

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# S3 takes at most 5 GiB in one PUT (Amazon S3 API reference, PutObject); far smaller files are
# faster in parallel parts.
_MAX_SINGLE_PUT_BYTES = 64 << 20
_POLL_SECONDS = 0.1

Advance = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Sent:
    """A file in the input bucket."""

    key: str
    version_id: str


def send(stack: Stack, path: Path, key: str, advance: Advance) -> Sent:
    """Upload a local file; advance is given the bytes sent since it was last called."""
    s3: S3Client = stack.client("s3")
    bucket = stack.settings["ROWLEDGER_INPUT_BUCKET"]
    try:
        if path.stat().st_size <= _MAX_SINGLE_PUT_BYTES:
            body = path.read_bytes()
            version_id = s3.put_object(Bucket=bucket, Key=key, Body=body)["VersionId"]
            advance(len(body))
        else:
            s3.upload_file(str(path), bucket, key, Callback=advance)
            # The transfer does not say which version it made: it is the latest.
            version_id = s3.head_object(Bucket=bucket, Key=key)["VersionId"]
    except (BotoCoreError, ClientError) as error:
        raise StackError(f"{path} could not be uploaded: {error}") from error
    return Sent(key, version_id)


def follow(ledger: LedgerQueries, sent: list[Sent], *, timeout: float) -> Iterator[UploadHistory]:
    """Yield each upload's row once it has its outcome and its notification is sent.

    Raise StackError, naming the uploads, where some have none within the time (seconds).
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
            raise StackError(
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
