"""The ledger's terms: how an attempt at an upload begins, and the row that it leaves behind.

An upload's row is PROCESSING under a claim, then SUCCESS or FAILED until an operator reopens it for
a replay. A claim is an attempt number and a lease: whoever comes later takes the upload over once
the lease has ended, under the next number, and from then on the earlier attempt can commit nothing.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rowledger.functions.domain.outcome import Outcome, Status, record_of
from rowledger.functions.domain.rejection import RejectionCode
from rowledger.functions.domain.sources.chosen import Candidate
from rowledger.functions.domain.typed_json import NEW
from rowledger.functions.domain.upload import Upload


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to process one upload.

    file_id: the ledger row. attempt: 1 for the first; also the fence at commit.
    backup_key, received_at: fixed at the first claim, the same at every retry.
    candidates: the sources in force whose prefix its key has, the longest first.
    replay: whether it had an outcome before.
    """

    file_id: int
    attempt: int
    backup_key: str
    received_at: datetime
    candidates: tuple[Candidate, ...] = ()
    replay: bool = False


@dataclass(frozen=True, slots=True)
class InProgress:
    """Another attempt has the upload, or is announcing it."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Finished:
    """The upload has its final status already."""

    file_id: int
    status: Status


ClaimResult = Claim | InProgress | Finished


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A row of file_metadata, its fields named like the columns, and what belongs to it.

    timestamp: when the status was recorded.
    rows_count, columns_count, sha256, dialect, error, duration_ms: of the outcome; None while
        PROCESSING. sha256 is None too where the object was not read.
    notified_at: when the latest attempt's outcome was announced.
    held_until: the end of the lease while an attempt is at work; else None.
    unsent: whether an outcome waits to be announced and nobody is about to do it.
    mail_waits: whether the latest attempt's mail waits for a digest, or is in one not sent yet.
    warnings: as the receipt has them; None while PROCESSING, and of outcomes before there were any.
    header_sha256: of the names of its columns as a JSON array, in hex; None where it has none.
    digest: the id of the digest that it is in; None where it has a mail of its own.
    source, sources_version: by which it was judged; None where it has none.
    supersedes: the id of the row of the same key before this one, of a file with a source.
    """

    id: int
    filename: str
    status: Status
    timestamp: datetime
    rows_count: int | None
    bucket: str
    version_id: str
    etag: str
    received_at: datetime
    attempt: int
    file_size_bytes: int
    columns_count: int | None
    sha256: str | None
    dialect: dict[str, Any] | None
    error: dict[str, Any] | None
    duration_ms: int | None
    receipt_key: str
    backup_key: str
    backup_version_id: str | None
    notified_at: datetime | None
    held_until: datetime | None
    unsent: bool
    mail_waits: bool = field(default=False, metadata=NEW)
    digest: int | None = field(default=None, metadata=NEW)
    warnings: list[dict[str, Any]] | None = field(default=None, metadata=NEW)
    header_sha256: str | None = field(default=None, metadata=NEW)
    source: str | None = field(default=None, metadata=NEW)
    sources_version: int | None = field(default=None, metadata=NEW)
    supersedes: int | None = field(default=None, metadata=NEW)

    @property
    def upload(self) -> Upload:
        """The upload as it was recorded at the first claim."""
        return Upload(
            self.bucket,
            self.filename,
            self.version_id,
            self.etag,
            self.file_size_bytes,
            self.received_at,
        )

    @property
    def is_final(self) -> bool:
        return self.status is not Status.PROCESSING

    @property
    def is_announced(self) -> bool:
        """Whether all was sent of its outcome, but for a mail that waits for a digest."""
        return self.is_final and (self.notified_at is not None or self.mail_waits)

    @property
    def was_read(self) -> bool:
        """Whether its outcome is of bytes that were read, so that there should be a backup."""
        return self.is_final and self.sha256 is not None

    @property
    def no_backup_reason(self) -> str | None:
        """Why its outcome has no backup, in words; None where it should have one, or none yet."""
        if self.was_read or not self.is_final:
            return None
        code = self.error["code"] if self.error else RejectionCode.OBJECT_DELETED
        if code == RejectionCode.OBJECT_DELETED:
            return "it was deleted before it could be read"
        return f"it could not be read ({code})"

    def agrees_with(self, outcome: Outcome) -> bool:
        """Say whether reading the version again gave what the row says."""
        again = record_of(outcome)
        return (self.status, self.rows_count, self.sha256, self.file_size_bytes) == (
            again.status,
            again.rows_count,
            again.sha256,
            again.file_size_bytes,
        )
