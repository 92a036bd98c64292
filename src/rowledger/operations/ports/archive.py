"""The port to what the pipeline keeps of an upload beside its ledger row: receipt and backup."""

from typing import Any, Protocol


class Archive(Protocol):
    """It raises FaultError (STORAGE)."""

    def receipt(self, key: str) -> dict[str, Any] | None:
        """The receipt at the key; None if it is missing. Raise CommandError if it is no JSON."""
        ...

    def backup(self, key: str) -> bytes | None:
        """The backup's content; None if it is missing."""
        ...

    def backup_size(self, key: str, version_id: str | None) -> int | None:
        """The size in bytes of a version of the backup; None if it is missing.

        version_id: None for the latest, where the ledger names none.
        """
        ...
