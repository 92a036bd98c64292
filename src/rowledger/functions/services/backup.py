"""The backup of one attempt: its copy is begun as soon as the upload can be read."""

from dataclasses import dataclass
from types import TracebackType
from typing import Self

from rowledger.functions.domain.deadline import Deadline
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.outcome import Content
from rowledger.functions.domain.upload import Upload
from rowledger.functions.ports.storage import Copying, Storage


@dataclass(slots=True)
class Backup:
    """Copies inside the store while the attempt counts; no attempt ends with a copy at work.

    key: where to. early: whether the copy is made before the upload is read to its end. One that an
        earlier attempt may have left can be kept once the content is known.
    """

    storage: Storage
    upload: Upload
    key: str
    deadline: Deadline
    early: bool
    _copying: Copying | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        failed = self._copying.abandon() if self._copying else None
        gave_up = isinstance(failed, FaultError) and failed.code is FaultCode.TIME_UP
        if error and failed and failed is not error and not gave_up:
            error.add_note(f"and the copy: {type(failed).__name__}: {failed}")

    def begin(self, size_bytes: int) -> None:
        """Begin to copy, where that is early. size_bytes: of the version that is read."""
        if self.early:
            self._copying = self.storage.begin_copy(
                self.upload, self.key, size_bytes, self.deadline
            )

    def verify(self, content: Content) -> str | None:
        """Wait for the copy, compare it, and return its version id; see Storage.back_up."""
        return self.storage.back_up(
            self.upload, self.key, content, self.deadline, copying=self._copying
        )
