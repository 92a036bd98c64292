"""The ports to the database's credentials: who uses them, and who replaces them."""

from dataclasses import dataclass, field
from enum import Enum, auto
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


class VersionState(Enum):
    """What a version of the stored credentials is."""

    UNKNOWN = auto()
    PROPOSED = auto()
    IN_FORCE = auto()


class CredentialStore(Protocol):
    """Where the function's credentials are kept: those in force and, in a rotation, the next.

    A version is named by the token of the rotation that made it. Every method raises FaultError
    (CREDENTIALS).
    """

    def holds(self, secret_id: str) -> bool:
        """Whether that is the name or the ARN of this very secret."""

    def in_force(self) -> Credentials | None:
        """The credentials that functions read; None where none were written yet."""

    def enforce(self, credentials: Credentials) -> None:
        """Put credentials into force at once, outside any rotation."""

    def version_state(self, token: str) -> VersionState:
        """What the version is."""

    def proposed(self, token: str) -> Credentials | None:
        """The credentials of a proposed version; None where it is announced and still empty."""

    def propose(self, token: str, credentials: Credentials) -> None:
        """Fill a version that was announced."""

    def promote(self, token: str) -> None:
        """Put a proposed version into force; the one before stays readable as the previous."""
