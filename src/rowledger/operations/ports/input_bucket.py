"""The port to the input bucket, for whoever asks whether an upload is still there."""

from typing import Protocol

from rowledger.functions.domain.upload import Upload


class InputBucket(Protocol):
    """It raises FaultError (STORAGE)."""

    def has_version(self, upload: Upload) -> bool:
        """Say whether the bucket still has exactly this version."""
