"""Files that are large, or made to be: each is a stream, and none is ever held as a whole."""

import gzip
import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.upload import UploadName
from rowledger.local.stack import Stack
from tests.e2e.pipeline import PIPELINE

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

MIB = 1 << 20
# A part has at least 5 MiB (Amazon S3 API reference, UploadPart).
_PART_BYTES = 16 * MIB

_LINE = b"1234567,a name of some length,2026-11-22,12.50,another column\n"
_LINES = 10_000
_NOTE = b'a ""quoted"" word, and a comma\n' * 32_768
_COLUMNS = 1_000_000
_BOMB_MEMBER = gzip.compress(b"a,b\n" * (4 * MIB), mtime=0)  # 16 MiB
_EMPTY_MEMBER = gzip.compress(b"", mtime=0)


@dataclass(frozen=True, slots=True)
class Large:
    """chunks: of the file, in full or in short. rows or error: what must come of it.

    place: the line and byte at which it is rejected.
    """

    key: str
    chunks: Callable[[bool], Iterable[bytes]]
    rows: Callable[[bool], int] | None = None
    error: str | None = None
    columns: int | None = None
    place: tuple[int, int] | None = None


@dataclass(slots=True)
class Digested:
    """Hands chunks through and keeps what they amount to."""

    size_bytes: int = 0
    crc32: int = 0
    sha256: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def through(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self.size_bytes += len(chunk)
            self.crc32 = zlib.crc32(chunk, self.crc32)
            self.sha256.update(chunk)
            yield chunk


def upload(stack: Stack, key: str, chunks: Iterable[bytes]) -> UploadName:
    """Upload a stream in parts."""
    s3: S3Client = stack.client("s3")
    where = {"Bucket": PIPELINE["buckets"]["input"], "Key": key}
    upload_id = s3.create_multipart_upload(**where)["UploadId"]
    parts: list[CompletedPartTypeDef] = []
    for number, body in enumerate(_parts(chunks), start=1):
        answer = s3.upload_part(**where, UploadId=upload_id, PartNumber=number, Body=body)
        parts.append({"PartNumber": number, "ETag": answer["ETag"]})
    done = s3.complete_multipart_upload(
        **where, UploadId=upload_id, MultipartUpload={"Parts": parts}
    )
    return UploadName(PIPELINE["buckets"]["input"], key, done["VersionId"])


def _parts(chunks: Iterable[bytes]) -> Iterator[bytes]:
    part = bytearray()
    for chunk in chunks:
        part += chunk
        if len(part) >= _PART_BYTES:
            yield bytes(part)
            part.clear()
    if part:
        yield bytes(part)


def _blocks(full: bool) -> int:  # noqa: FBT001 -- as pytest's option says
    return 2_000_000_000 // len(_LINE * _LINES) if full else 130


def _rows(full: bool) -> Iterator[bytes]:  # noqa: FBT001
    yield b"id,name,date,amount,other\n"
    block = _LINE * _LINES
    for _ in range(_blocks(full)):
        yield block


def _one_field(full: bool) -> Iterator[bytes]:  # noqa: FBT001
    yield from _never_closed(full)
    yield b'"\n2,end\n'


def _never_closed(full: bool) -> Iterator[bytes]:  # noqa: FBT001
    yield b'id,note\n1,"'
    for _ in range(200 if full else 48):
        yield _NOTE


def _lines(full: bool) -> int:  # noqa: FBT001
    return 10_000_000 if full else 1_000_000


def _repeated(chunk: bytes, times: int, *, by: int = 10_000) -> Iterator[bytes]:
    block = chunk * by
    for _ in range(times // by):
        yield block


def _bomb(full: bool) -> Iterator[bytes]:  # noqa: FBT001
    """Of 20 GiB in full; in short of just more than any small file may expand to."""
    yield from _repeated(_BOMB_MEMBER, 1280 if full else 66, by=1)


def _many_columns(_full: bool) -> Iterator[bytes]:  # noqa: FBT001
    for _ in range(2):
        yield b"c," * (_COLUMNS - 1) + b"c\n"


def _many_members(full: bool) -> Iterator[bytes]:  # noqa: FBT001
    yield gzip.compress(b"a,b\n1,2\n", mtime=0)
    yield from _repeated(_EMPTY_MEMBER, 2_000_000 if full else 100_000)
    yield gzip.compress(b"3,4\n", mtime=0)


LARGE_FILES = (
    Large("rows.csv", _rows, rows=lambda full: _blocks(full) * _LINES),
    Large("one-field.csv", _one_field, rows=lambda _: 2),
    Large("never-closed.csv", _never_closed, error="UNTERMINATED_QUOTE", place=(2, 10)),
    Large(
        "one-byte-lines.csv",
        lambda full: _repeated(b"a\n", _lines(full)),
        rows=lambda full: _lines(full) - 1,
    ),
    Large("blank-lines.csv", lambda full: _repeated(b"\n", _lines(full)), error="EMPTY_FILE"),
    Large("columns.csv", _many_columns, rows=lambda _: 1, columns=_COLUMNS),
    Large("members.csv.gz", _many_members, rows=lambda _: 2),
    Large("bomb.csv.gz", _bomb, error="TOO_LARGE"),
    Large(
        "bomb-in-a-bomb.csv.gz",
        lambda full: [gzip.compress(b"".join(_bomb(full)), mtime=0)],
        error="NOT_CSV",
    ),
)


def forget(stack: Stack, sent: UploadName, row: LedgerRow) -> None:
    """Delete a file and its backup: the emulator keeps objects in memory."""
    s3: S3Client = stack.client("s3")
    s3.delete_object(Bucket=sent.bucket, Key=sent.key, VersionId=sent.version_id)
    s3.delete_object(
        Bucket=PIPELINE["buckets"]["backup"],
        Key=row.backup_key,
        VersionId=row.backup_version_id or "",
    )
