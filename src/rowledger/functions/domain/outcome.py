"""What became of an upload once its bytes were read."""

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from rowledger.functions.domain.counting import Count, Counter
from rowledger.functions.domain.dialect import Dialect
from rowledger.functions.domain.rejection import RejectedError, Rejection, RejectionCode


class Status(StrEnum):
    """The ledger's statuses; FAILED means that the file was rejected."""

    PROCESSING = "PROCESSING"
    SUCCESS = "SUCCESS"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Exactly one of count and rejection is set.

    size_bytes, sha256 (hex) and crc32 are of the object as stored: every byte is read and
    digested, of a rejected file too, so that its backup can be verified against them. The digests
    are None where the object was deleted before it could be read; there is no backup then.
    dialect: what was found of it; None where the file was rejected before that.
    """

    count: Count | None
    rejection: Rejection | None
    dialect: Dialect | None
    size_bytes: int
    sha256: str | None
    crc32: int | None

    @property
    def status(self) -> Status:
        return Status.FAILED if self.rejection else Status.SUCCESS

    @property
    def rows(self) -> int | None:
        return self.count.rows if self.count else None

    @property
    def was_read(self) -> bool:
        return self.sha256 is not None

    @property
    def columns(self) -> int | None:
        return self.count.columns if self.count else None

    def dialect_document(self) -> dict[str, Any] | None:
        """The dialect as it stands in the receipt and in the ledger."""
        return asdict(self.dialect) if self.dialect else None


def examine(
    chunks: Iterable[bytes], *, header: bool, max_decompressed_bytes: int | None = None
) -> Outcome:
    """Read an object to its end: count its data rows, or find why it must be rejected."""
    counter = Counter(header=header, max_decompressed_bytes=max_decompressed_bytes)
    digest = _Digest(chunks)
    count: Count | None = None
    rejection: Rejection | None = None
    try:
        for chunk in digest:
            counter.feed(chunk)
        count = counter.finish()
    except RejectedError as error:
        rejection = error.rejection
        digest.drain()
    return Outcome(
        count,
        rejection,
        counter.dialect,
        size_bytes=digest.size_bytes,
        sha256=digest.sha256.hexdigest(),
        crc32=digest.crc32,
    )


def deleted(size_bytes: int) -> Outcome:
    """The outcome of an upload whose version is gone. size_bytes: as its event said."""
    rejection = Rejection(
        RejectionCode.OBJECT_DELETED, "The object was deleted before it could be read."
    )
    return Outcome(None, rejection, None, size_bytes, sha256=None, crc32=None)


class _Digest:
    """Hands chunks through and digests them on the way."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self.size_bytes = 0
        self.sha256 = hashlib.sha256()
        self.crc32 = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.size_bytes += len(chunk)
            self.sha256.update(chunk)
            self.crc32 = zlib.crc32(chunk, self.crc32)
            yield chunk

    def drain(self) -> None:
        for _ in self:
            pass
