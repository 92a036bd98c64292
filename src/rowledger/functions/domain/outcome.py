"""What became of an upload: counted, rejected, or never read: deleted before, or unreadable."""

import hashlib
import json
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, assert_never

from rowledger.functions.domain.counting.counter import Count, Counter
from rowledger.functions.domain.counting.options import CountOptions
from rowledger.functions.domain.dialect import Dialect
from rowledger.functions.domain.rejection import RejectedError, Rejection, RejectionCode
from rowledger.functions.domain.warning import FileWarning, WarningCode


class Status(StrEnum):
    """The ledger's statuses; FAILED means that the file was rejected."""

    PROCESSING = "PROCESSING"
    SUCCESS = "SUCCESS"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of an object as it is stored; its backup is compared with them.

    sha256: hex. crc32: None where it was not asked for.
    """

    size_bytes: int
    sha256: str
    crc32: int | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """What is kept of the names of a file's columns.

    names: None where only their digest is kept. sha256: of the names as a JSON array, in hex.
    """

    names: tuple[str, ...] | None
    sha256: str

    @classmethod
    def of(cls, names: Sequence[str], *, only_digest: bool = False) -> "Header":
        text = json.dumps(list(names), ensure_ascii=False, separators=(",", ":"))
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        return cls(None if only_digest else tuple(names), digest)


@dataclass(frozen=True, slots=True)
class Counted:
    """The file is good. header: None where its first record is data."""

    count: Count
    content: Content
    header: Header | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """The file itself is bad; it was read to its end all the same.

    dialect: what was found of it; None where the file was rejected before that.
    warnings: what else its source expects, and it does not have.
    """

    rejection: Rejection
    dialect: Dialect | None
    content: Content
    warnings: tuple[FileWarning, ...] = ()

    @classmethod
    def unrecordable(cls, content: Content) -> "Rejected":
        """A file of which the ledger refuses what was found, such as a number beyond all bounds."""
        message = "The ledger cannot store what was found in the file."
        return cls(Rejection(RejectionCode.UNRECORDABLE, message), None, content)


@dataclass(frozen=True, slots=True)
class Deleted:
    """The version was gone before it could be read, so there is nothing to back up.

    size_bytes: as its event said.
    """

    size_bytes: int

    @property
    def rejection(self) -> Rejection:
        return Rejection(
            RejectionCode.OBJECT_DELETED, "The object was deleted before it could be read."
        )


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The version is there and cannot be read: no digest, and nothing to back up.

    size_bytes: as its event said. rejection: why.
    """

    size_bytes: int
    rejection: Rejection


Outcome = Counted | Rejected | Deleted | Unreadable


def unread_outcome(size_bytes: int, error: Mapping[str, Any]) -> Deleted | Unreadable:
    """Return the outcome of an upload that was not read, from what is recorded of it.

    error: as Rejection.document gives it.
    """
    code = RejectionCode(error["code"])
    if code is RejectionCode.OBJECT_DELETED:
        return Deleted(size_bytes)
    return Unreadable(size_bytes, Rejection(code, error["message"]))


@dataclass(frozen=True, slots=True)
class OutcomeRecord:
    """An outcome as the ledger's columns and the receipt have it.

    dialect, error: JSON objects. warnings: a JSON object each.
    header: the names in the first record; None where it is data, where the file was not read so
        far, and where only their digest is kept.
    header_sha256: of the names as a JSON array, in hex; None where there are none.
    """

    status: Status
    rows_count: int | None
    columns_count: int | None
    file_size_bytes: int
    sha256: str | None
    dialect: dict[str, Any] | None
    error: dict[str, Any] | None
    header: list[str] | None = None
    header_sha256: str | None = None
    warnings: list[dict[str, Any]] = field(default_factory=list)


def record_of(outcome: Outcome) -> OutcomeRecord:
    """Say what is recorded of an outcome."""
    match outcome:
        case Counted(count, content, header):
            return OutcomeRecord(
                status=Status.SUCCESS,
                rows_count=count.rows,
                columns_count=count.columns,
                file_size_bytes=content.size_bytes,
                sha256=content.sha256,
                dialect=asdict(count.dialect),
                error=None,
                header=list(header.names) if header and header.names is not None else None,
                header_sha256=header.sha256 if header else None,
                warnings=[warning.document() for warning in count.warnings],
            )
        case Rejected(rejection, dialect, content, warnings):
            return OutcomeRecord(
                status=Status.FAILED,
                rows_count=None,
                columns_count=None,
                file_size_bytes=content.size_bytes,
                sha256=content.sha256,
                dialect=asdict(dialect) if dialect else None,
                error=rejection.document(),
                warnings=[warning.document() for warning in warnings],
            )
        case Deleted(size_bytes) | Unreadable(size_bytes):
            return OutcomeRecord(
                status=Status.FAILED,
                rows_count=None,
                columns_count=None,
                file_size_bytes=size_bytes,
                sha256=None,
                dialect=None,
                error=outcome.rejection.document(),
            )
        case _:
            assert_never(outcome)


def examine(
    chunks: Iterable[bytes],
    *,
    header: bool,
    max_decompressed_bytes: int | None = None,
    header_names: bool = True,
    rejected_warnings: Collection[WarningCode] = (),
    crc32: bool = False,
    options: CountOptions | None = None,
) -> Counted | Rejected:
    """Read an object to its end: count its data rows, or find why it must be rejected.

    header_names: whether the names of its columns are kept, or only their digest.
    rejected_warnings: those that make a file a bad one.
    crc32: whether its backup can be compared by that alone.
    options: what is told of the file; one that contradicts it is a bad one.
    """
    counter = Counter(header=header, max_decompressed_bytes=max_decompressed_bytes, options=options)
    digest = _Digest(chunks, crc32=crc32)
    try:
        for chunk in digest:
            counter.feed(chunk)
        count = counter.finish()
        if contradiction := counter.contradiction():
            return Rejected(contradiction, counter.dialect, digest.content)
        _reject(count, rejected_warnings)
        names = count.header
        kept = None if names is None else Header.of(names, only_digest=not header_names)
        return Counted(count, digest.content, kept)
    except RejectedError as error:
        # Every byte is digested, of a rejected file too, so that its backup can be verified.
        digest.drain()
        rejection = counter.contradiction(error.rejection) or error.rejection
        return Rejected(rejection, counter.dialect, digest.content)


def _reject(count: Count, rejected: Collection[WarningCode]) -> None:
    """Raise RejectedError for the first warning that makes the file a bad one."""
    for warning in count.warnings:
        if warning.code in rejected:
            raise RejectedError(warning.rejected_by("This pipeline"))


class _Digest:
    """Passes chunks on and digests them on the way."""

    def __init__(self, chunks: Iterable[bytes], *, crc32: bool) -> None:
        self._chunks = iter(chunks)
        self._size_bytes = 0
        self._sha256 = hashlib.sha256()
        self._crc32 = 0 if crc32 else None

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self._size_bytes += len(chunk)
            self._sha256.update(chunk)
            if self._crc32 is not None:
                self._crc32 = zlib.crc32(chunk, self._crc32)
            yield chunk

    def drain(self) -> None:
        for _ in self:
            pass

    @property
    def content(self) -> Content:
        return Content(self._size_bytes, self._sha256.hexdigest(), self._crc32)
