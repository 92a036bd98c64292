"""The port to the three buckets, as an attempt uses them."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from rowledger.functions.domain.deadline import Deadline
from rowledger.functions.domain.outcome import Content
from rowledger.functions.domain.upload import Upload


@dataclass(frozen=True, slots=True)
class ObjectStream:
    """An object that is being read.

    size_bytes: as the store says, whatever an event said.
    chunks: its bytes, in chunks of constant size.
    crc32: whether its backup can be compared by its CRC-32 alone.
    metadata: what its sender stored beside it, by name without x-amz-meta-.
    """

    size_bytes: int
    chunks: Iterator[bytes]
    crc32: bool
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy that was made, as the store says.

    version_id: None where the backup bucket keeps none.
    sha256: of the copy, hex; None where the store does not say it.
    """

    version_id: str | None = None
    sha256: str | None = None


class Copying(Protocol):
    """A copy that the store makes while the attempt does something else."""

    def wait(self) -> Copied:
        """Wait until it is made. Raises what ended it."""

    def abandon(self) -> Exception | None:
        """Wait until nothing of it runs any more; what can be given up of it, is.

        Returns what ended it, which is TIME_UP where it was given up; None where it was made.
        """


class Storage(Protocol):
    """Every method raises FaultError (STORAGE, OBJECT_MISSING, BACKUP_DIFFERS or TIME_UP).

    OBJECT_ARCHIVED, OBJECT_ENCRYPTED and OBJECT_ACCESS_DENIED are about the version that is read.
    """

    def read(self, upload: Upload) -> AbstractContextManager[ObjectStream]:
        """Give the bytes of exactly this version."""

    def write_receipt(self, key: str, body: bytes) -> None:
        """Write result.json, over an earlier attempt's."""

    def begin_copy(self, upload: Upload, key: str, size_bytes: int, deadline: Deadline) -> Copying:
        """Begin to copy exactly this version inside the store, and return at once.

        Args:
            upload: what is copied.
            key: where to.
            size_bytes: of the version.
            deadline: no call and no part of the copy is begun after it.
        """

    def back_up(
        self,
        upload: Upload,
        key: str,
        content: Content,
        deadline: Deadline,
        *,
        copying: Copying | None = None,
    ) -> str | None:
        """Compare the copy of exactly this version with the content that was read.

        Args:
            upload: what is copied.
            key: where to.
            content: what was counted.
            deadline: no call, no part of a copy and no block of one is begun after it.
            copying: the copy that was begun. Without one, a good copy that is there is kept, as an
                earlier attempt may have left it, and else one is made.

        Returns:
            The copy's version id; None where the backup bucket keeps none.
        """
