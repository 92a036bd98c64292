"""Buckets in memory: the fake of Storage, Inventory and InputBucket."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

from rowledger.functions.domain.deadline import Deadline
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.outcome import Content
from rowledger.functions.domain.reconciliation_pass import Cursor
from rowledger.functions.domain.upload import Upload
from rowledger.functions.ports.inventory import Page
from rowledger.functions.ports.storage import Copied, Copying, ObjectStream

_LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


class FakeCopying:
    """A copy that is made at once. ended: whether nothing of it runs any more. failed: by what."""

    def __init__(self, failed: Exception | None = None) -> None:
        self.ended = False
        self.failed = failed

    def wait(self) -> Copied:
        self.ended = True
        return Copied()

    def abandon(self) -> Exception | None:
        self.ended = True
        return self.failed


class FakeStorage:
    """Faults put in `faults` under a method's name are raised first, one a call."""

    def __init__(self, chunk_bytes: int = 1024) -> None:
        self.uploads: dict[tuple[str, str, str], bytes] = {}
        self.metadata: dict[tuple[str, str, str], dict[str, str]] = {}
        self.modified: dict[tuple[str, str, str], datetime] = {}
        self.receipts: dict[str, bytes] = {}
        self.backups: dict[str, bytes] = {}
        self.copies: list[FakeCopying] = []
        self.copies_fail_with: Exception | None = None
        self.faults: dict[str, list[Exception]] = {}
        self._chunk_bytes = chunk_bytes

    @contextmanager
    def read(self, upload: Upload) -> Iterator[ObjectStream]:
        self._raise_fault("read")
        try:
            content = self.uploads[upload.bucket, upload.key, upload.version_id]
        except KeyError:
            raise FaultError(
                FaultCode.OBJECT_MISSING, f"{upload.key!r} has no version {upload.version_id}"
            ) from None
        chunks = (
            content[start : start + self._chunk_bytes]
            for start in range(0, len(content), self._chunk_bytes)
        )
        metadata = self.metadata.get((upload.bucket, upload.key, upload.version_id), {})
        yield ObjectStream(len(content), chunks, crc32=False, metadata=metadata)

    def has_version(self, upload: Upload) -> bool:
        self._raise_fault("has_version")
        return (upload.bucket, upload.key, upload.version_id) in self.uploads

    def write_receipt(self, key: str, body: bytes) -> None:
        self._raise_fault("write_receipt")
        self.receipts[key] = body

    def begin_copy(
        self, upload: Upload, key: str, size_bytes: int, deadline: Deadline
    ) -> "FakeCopying":
        self._raise_fault("begin_copy")
        copying = FakeCopying(self.copies_fail_with)
        self.copies.append(copying)
        return copying

    def back_up(
        self,
        upload: Upload,
        key: str,
        content: Content,
        deadline: Deadline,
        *,
        copying: Copying | None = None,
    ) -> str | None:
        self._raise_fault("back_up")
        deadline.check(before="copying the backup")
        if copying:
            copying.wait()
        stored = self.uploads[upload.bucket, upload.key, upload.version_id]
        if hashlib.sha256(stored).hexdigest() != content.sha256:
            raise FaultError(FaultCode.BACKUP_DIFFERS, f"the backup {key!r} differs")
        if copying or self.backups.get(key) != stored:
            self.backups[key] = stored
        return None

    def list_versions(self, bucket: str, after: Cursor, *, limit: int) -> Page:
        self._raise_fault("list_versions")
        # Sorting is stable: versions of a key stay in the order of reversal, the newest first.
        listed = sorted(
            (each for each in reversed(self.uploads) if each[0] == bucket), key=lambda each: each[1]
        )
        markers = [Cursor(key, version_id) for _, key, version_id in listed]
        start = markers.index(after) + 1 if after != Cursor() else 0
        page = listed[start : start + limit]
        is_last = start + limit >= len(listed)
        return Page(
            [self._listed(each) for each in page], None if is_last else Cursor(*page[-1][1:])
        )

    def existing_receipts(self, keys: Collection[str], deadline: Deadline) -> set[str]:
        self._raise_fault("existing_receipts")
        return _existing(keys, self.receipts, deadline)

    def existing_backups(self, keys: Collection[str], deadline: Deadline) -> set[str]:
        self._raise_fault("existing_backups")
        return _existing(keys, self.backups, deadline)

    def _listed(self, identity: tuple[str, str, str]) -> Upload:
        content = self.uploads[identity]
        etag = hashlib.md5(content, usedforsecurity=False).hexdigest()
        return Upload(*identity, etag, len(content), self.modified.get(identity, _LONG_AGO))

    def _raise_fault(self, method: str) -> None:
        if self.faults.get(method):
            raise self.faults[method].pop(0)


def _existing(keys: Iterable[str], objects: Mapping[str, bytes], deadline: Deadline) -> set[str]:
    found = set()
    for key in keys:
        deadline.check(before=f"looking for {key!r}")
        if key in objects:
            found.add(key)
    return found
