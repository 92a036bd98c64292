"""The port that a rollout's canary is uploaded through."""

from typing import Protocol


class Canary(Protocol):
    def upload(self, key: str, content: bytes) -> str:
        """Upload it to the input bucket; return its version id. Raise FaultError (STORAGE)."""
