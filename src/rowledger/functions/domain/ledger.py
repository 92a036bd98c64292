"""The ledger's terms: how an attempt at an upload begins, and what it leaves behind.

An upload's row is PROCESSING under a claim, then SUCCESS or FAILED until an operator reopens it for
a replay (domain/replay.py). A claim is an attempt number and a lease: whoever comes later takes the
upload over once the lease has ended, under the next number, and from then on the earlier attempt
can commit nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rowledger.functions.domain.outcome import Status


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to process one upload.

    file_id: the ledger row. attempt: 1 for the first; also the fence at commit.
    backup_key: fixed at the first claim, the same at every retry.
    """

    file_id: int
    attempt: int
    backup_key: str


@dataclass(frozen=True, slots=True)
class InProgress:
    """Another attempt holds the upload, or is announcing it."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Finished:
    """The upload has its final status already."""

    file_id: int
    status: Status


Standing = Claim | InProgress | Finished


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A ledger row as it is shown: the five columns of the specification, and the rest.

    notified_at: when the latest attempt's outcome was announced.
    replays: the oldest first, each with requested_at, requested_by, reason, source and previous:
        the outcome that stood before, None where there was none.
    """

    id: int
    filename: str
    status: str
    timestamp: datetime
    rows_count: int | None
    bucket: str
    version_id: str
    etag: str
    received_at: datetime
    attempt: int
    file_size_bytes: int | None
    columns_count: int | None
    sha256: str | None
    dialect: dict[str, Any] | None
    error: dict[str, Any] | None
    duration_ms: int | None
    receipt_key: str
    backup_key: str
    backup_version_id: str | None
    notified_at: datetime | None
    attempts: list[dict[str, Any]]
    replays: list[dict[str, Any]]
