"""The port to the database as its administrator sees it: roles, schema, the function's logins."""

from dataclasses import dataclass
from typing import Protocol

from rowledger.functions.ports.credentials import Credentials


@dataclass(frozen=True, slots=True)
class Changes:
    """What was done, or would be: names of roles and migrations in order."""

    roles: tuple[str, ...]
    migrations: tuple[str, ...]


class Administration(Protocol):
    """Every method raises FaultError, and none shows a password."""

    def prepare(self) -> Changes:
        """Make the roles, the database and the schema that are missing.

        Concurrent calls wait for each other. Running it again changes nothing.
        """

    def survey(self) -> Changes:
        """What prepare() would do; changes nothing."""

    def put_login(self, credentials: Credentials, role: str) -> None:
        """Let a function log in with these, as a member of a role; a missing login is made.

        Raise FaultError (DATABASE) where the database was never prepared.
        """

    def accepts(self, credentials: Credentials) -> bool:
        """Whether the function could work with these; False where the database refuses them."""
