"""The port to what the pipeline keeps of an upload beside its ledger row: receipt and backup."""

from typing import Any, Protocol


class Archive(Protocol):
    def receipt(self, key: str) -> dict[str, Any] | None:
        """The receipt at the key; None if it is missing. Raise CommandError if it is no JSON."""
        ...

    def backup(self, key: str) -> bytes | None:
        """The backup's content; None if it is missing."""
        ...

    def backup_size(self, key: str) -> int | None:
        """The backup's size in bytes; None if it is missing."""
        ...
