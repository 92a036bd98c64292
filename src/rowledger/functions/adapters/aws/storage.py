"""The three buckets in S3: reads are pinned to a version, backups are copied inside S3."""

import base64
import hashlib
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, IncompleteReadError

from rowledger.functions.adapters.aws.clients import MISSING, error_code, longest_call, translated
from rowledger.functions.adapters.aws.copying import BegunCopy
from rowledger.functions.adapters.aws.large_copies import copy_in_parts
from rowledger.functions.adapters.aws.source_errors import source_translated
from rowledger.functions.domain.deadline import Deadline
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.outcome import Content
from rowledger.functions.domain.upload import Upload
from rowledger.functions.ports.storage import Copied, Copying, ObjectStream

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef, HeadObjectOutputTypeDef

# Seconds that a call may go without a byte of its answer.
READ_SECONDS = 10
# Large enough that the cost of a call vanishes, small beside the memory that the function may use.
CHUNK_BYTES = 1 << 20
# A chunk is not waited for any longer than this, so that whoever reads can look at the time.
CHUNK_SECONDS = 1.0
_PIECE_BYTES = 1 << 16
# CopyObject takes at most 5 GiB (Amazon S3 API reference). A larger object than this is copied in
# parts already: how long one call copies nobody can say, and only between calls can one give up.
MAX_SINGLE_COPY_BYTES = 256 << 20
PART_BYTES = 64 << 20
# Steps that the deadline may come before.
_COPYING, _VERIFYING = "copying the backup", "verifying the backup"


@dataclass(frozen=True, slots=True)
class S3Storage:
    client: "S3Client"
    output_bucket: str
    backup_bucket: str
    max_single_copy_bytes: int = MAX_SINGLE_COPY_BYTES
    part_bytes: int = PART_BYTES

    @contextmanager
    def read(self, upload: Upload) -> Iterator[ObjectStream]:
        with source_translated(f"reading {upload.key!r} ({upload.version_id})"):
            answer = self.client.get_object(
                Bucket=upload.bucket, Key=upload.key, VersionId=upload.version_id
            )
            size_bytes = answer.get("ContentLength", upload.size_bytes)
            with closing(answer["Body"]):
                in_parts = size_bytes > self.max_single_copy_bytes
                yield ObjectStream(
                    size_bytes,
                    _arriving(answer),
                    crc32=in_parts,
                    metadata=answer.get("Metadata", {}),
                )

    def write_receipt(self, key: str, body: bytes) -> None:
        with translated(FaultCode.STORAGE, f"writing the receipt {key!r}"):
            self.client.put_object(
                Bucket=self.output_bucket, Key=key, Body=body, ContentType="application/json"
            )

    def begin_copy(
        self, upload: Upload, key: str, size_bytes: int, deadline: Deadline
    ) -> BegunCopy:
        return BegunCopy(lambda within: self.copy(upload, key, size_bytes, within), deadline)

    def back_up(
        self,
        upload: Upload,
        key: str,
        content: Content,
        deadline: Deadline,
        *,
        copying: Copying | None = None,
    ) -> str | None:
        what = f"backing up to {key!r}"
        with translated(FaultCode.STORAGE, what), _complete(what):
            deadline.check(before=_COPYING)
            if copying is None:
                earlier = self._head(key)
                if earlier and self._is_copy(key, earlier, content, deadline):
                    return earlier.get("VersionId")
            # Denied here may be the backup bucket's word; what the object is in, is the object's.
            with source_translated(what, denied=FaultCode.STORAGE):
                copied = (
                    copying.wait()
                    if copying
                    else self.copy(upload, key, content.size_bytes, deadline)
                )
            if copied.sha256 == content.sha256:
                return copied.version_id
            deadline.check(before=_VERIFYING)
            copy = self._head(key)
            if copy is None or not self._is_copy(key, copy, content, deadline):
                raise FaultError(
                    FaultCode.BACKUP_DIFFERS,
                    f"the backup {key!r} does not hold the bytes that were counted",
                )
            return copy.get("VersionId")

    def copy(self, upload: Upload, key: str, size_bytes: int, deadline: Deadline) -> Copied:
        """Copy a version to the backup bucket; it is not verified yet."""
        deadline.check(before=_COPYING)
        source: Any = {
            "Bucket": upload.bucket,
            "Key": upload.key,
            "VersionId": upload.version_id,
        }
        if size_bytes <= self.max_single_copy_bytes:
            answer = self.client.copy_object(
                CopySource=source,
                Bucket=self.backup_bucket,
                Key=key,
                ChecksumAlgorithm="SHA256",
                # A source's tags would need rights to read and write tags, and are not its content.
                TaggingDirective="REPLACE",
                # A backup of a restored object must be readable itself.
                StorageClass="STANDARD",
            )
            checksum = answer.get("CopyObjectResult", {}).get("ChecksumSHA256", "")
            of_whole = checksum and "-" not in checksum
            return Copied(answer.get("VersionId"), _hex(checksum) if of_whole else None)
        # What is given up is followed by a call that removes its parts.
        deadline = deadline.earlier(longest_call(READ_SECONDS))
        deadline.check(before=_COPYING)
        copy_in_parts(
            self.client,
            source,
            {"Bucket": self.backup_bucket, "Key": key},
            threshold_bytes=self.max_single_copy_bytes,
            part_bytes=self.part_bytes,
            # What it raises ends the copy, and removes its parts.
            before_call=lambda: deadline.check(before=_COPYING),
        )
        return Copied()

    def _head(self, key: str) -> "HeadObjectOutputTypeDef | None":
        try:
            return self.client.head_object(
                Bucket=self.backup_bucket, Key=key, ChecksumMode="ENABLED"
            )
        except ClientError as error:
            if error_code(error) in MISSING:
                return None
            raise

    def _is_copy(
        self, key: str, head: "HeadObjectOutputTypeDef", content: Content, deadline: Deadline
    ) -> bool:
        """Compare the size and a checksum of the whole with what was counted.

        S3 gives the SHA-256 of a copy that is made by one call, and the CRC-32 of one in parts
        where it is asked for. A store that gives none, or a checksum of the parts' checksums, which
        ends in their number ("…-3"), has the backup read back.
        """
        if head["ContentLength"] != content.size_bytes:
            return False
        sha256, crc32 = head.get("ChecksumSHA256"), head.get("ChecksumCRC32")
        if head.get("ChecksumType") != "COMPOSITE":
            if sha256 and "-" not in sha256:
                return _hex(sha256) == content.sha256
            if crc32 and "-" not in crc32 and content.crc32 is not None:
                return int.from_bytes(base64.b64decode(crc32)) == content.crc32
        return self._read_back(key, deadline) == content.sha256

    def _read_back(self, key: str, deadline: Deadline) -> str:
        """Return the SHA-256 of a backup, in hex."""
        deadline.check(before=_VERIFYING)
        digest = hashlib.sha256()
        answer = self.client.get_object(Bucket=self.backup_bucket, Key=key)
        with closing(answer["Body"]):
            for chunk in deadline.within(_arriving(answer), before=_VERIFYING):
                digest.update(chunk)
        return digest.hexdigest()


def _hex(checksum: str) -> str:
    """Return a checksum as it is written in the ledger; S3 gives Base64."""
    return base64.b64decode(checksum).hex()


@contextmanager
def _complete(what: str) -> Iterator[None]:
    """Raise FaultError (STORAGE) where an answer lacks what it must hold. what: see translated."""
    try:
        yield
    except KeyError as error:
        raise FaultError(
            FaultCode.STORAGE, f"{what}: an answer came without {error.args[0]}"
        ) from error


def _arriving(answer: "GetObjectOutputTypeDef") -> Iterator[bytes]:
    """Chunks of CHUNK_BYTES, smaller ones where they take longer than CHUNK_SECONDS to arrive.

    boto3's own reading waits until all that was asked for is there: a connection that trickles
    never runs into the read timeout, and would keep it waiting for ever. An old urllib3 has no
    read1, and waits for a piece.
    """
    body, expected = answer["Body"], answer.get("ContentLength", 0)
    read = getattr(body.__enter__(), "read1", body.read)
    pieces, size, total, since = [], 0, 0, time.monotonic()
    while piece := read(_PIECE_BYTES):
        pieces.append(piece)
        size += len(piece)
        if size >= CHUNK_BYTES or time.monotonic() - since >= CHUNK_SECONDS:
            yield b"".join(pieces)
            pieces, size, total, since = [], 0, total + size, time.monotonic()
    total += size
    if total < expected:
        raise IncompleteReadError(actual_bytes=total, expected_bytes=expected)
    if pieces:
        yield b"".join(pieces)
