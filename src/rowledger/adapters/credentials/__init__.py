"""The port to the database's credentials."""

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Credentials:
    """connection_string: postgresql://host:port/database, without user or password."""

    connection_string: str
    username: str
    password: str = field(repr=False)


class CredentialSource(Protocol):
    """Both methods raise FaultError (CREDENTIALS)."""

    def get(self) -> Credentials:
        """The credentials last read, read now if there are none yet."""

    def refresh(self) -> Credentials:
        """Read them anew, because the database refused the last."""
