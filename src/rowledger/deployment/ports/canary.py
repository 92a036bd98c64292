"""The port that a deployment's canary is uploaded through."""

from typing import Protocol


class Canary(Protocol):
    def upload(self, key: str, content: bytes) -> str:
        """Put it into the input bucket; its version id. Raise FaultError (STORAGE)."""
