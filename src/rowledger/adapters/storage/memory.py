"""Buckets in memory: the twin of S3Storage."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from rowledger.domain.outcome import Outcome
from rowledger.domain.upload import Upload
from rowledger.errors import FaultCode, FaultError


class MemoryStorage:
    """Faults put in `faults` under a method's name are raised first, one a call."""

    def __init__(self, chunk_bytes: int = 1024) -> None:
        self.uploads: dict[tuple[str, str, str], bytes] = {}
        self.receipts: dict[str, bytes] = {}
        self.backups: dict[str, bytes] = {}
        self.faults: dict[str, list[Exception]] = {}
        self._chunk_bytes = chunk_bytes

    @contextmanager
    def read(self, upload: Upload) -> Iterator[Iterator[bytes]]:
        self._raise_fault("read")
        try:
            content = self.uploads[upload.bucket, upload.key, upload.version_id]
        except KeyError:
            raise FaultError(
                FaultCode.OBJECT_MISSING, f"{upload.key!r} has no version {upload.version_id}"
            ) from None
        yield (
            content[start : start + self._chunk_bytes]
            for start in range(0, len(content), self._chunk_bytes)
        )

    def write_receipt(self, key: str, body: bytes) -> None:
        self._raise_fault("write_receipt")
        self.receipts[key] = body

    def back_up(self, upload: Upload, key: str, outcome: Outcome, *, retry: bool) -> str | None:
        self._raise_fault("back_up")
        content = self.uploads[upload.bucket, upload.key, upload.version_id]
        if zlib.crc32(content) != outcome.crc32:
            raise FaultError(FaultCode.BACKUP_DIFFERS, f"the backup {key!r} differs")
        if not (retry and self.backups.get(key) == content):
            self.backups[key] = content
        return None

    def _raise_fault(self, method: str) -> None:
        if self.faults.get(method):
            raise self.faults[method].pop(0)
