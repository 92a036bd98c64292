"""An uploader that keeps what it was given."""

from collections.abc import Mapping
from pathlib import Path

from rowledger.errors import CommandError
from rowledger.operations.ports.uploader import NO_METADATA, OnProgress


class FakeUploader:
    """The fake of the Uploader port. refusal: why S3 takes nothing; None where it does."""

    def __init__(self) -> None:
        self.sent: dict[str, bytes] = {}
        self.refusal: str | None = None

    def put(
        self,
        path: Path,
        key: str,
        on_progress: OnProgress,
        metadata: Mapping[str, str] = NO_METADATA,
    ) -> str:
        if self.refusal is not None:
            raise CommandError(self.refusal)
        assert not metadata
        self.sent[key] = path.read_bytes()
        on_progress(len(self.sent[key]))
        return f"v{len(self.sent)}"
