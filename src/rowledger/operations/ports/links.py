"""The port to links that let a browser fetch an object, for a short while."""

from typing import Protocol


class Links(Protocol):
    """It raises FaultError (STORAGE)."""

    def link(self, bucket: str, key: str, version_id: str | None, *, name: str) -> str:
        """Make an address that anybody can fetch the object from for a minute, as a file.

        version_id: None for the latest version. name: of the file that a browser keeps, in ASCII
            letters, digits, hyphens, underscores and dots.
        """
        ...
