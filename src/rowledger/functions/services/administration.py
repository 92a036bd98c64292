"""Brings a database to what this version needs, and gives the function its first credentials."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from rowledger.functions.domain.rotation import next_login
from rowledger.functions.ports.administration import Administration, Changes
from rowledger.functions.ports.credentials import Credentials, CredentialStore

_PASSWORD_BYTES = 32


def new_password() -> str:
    return secrets.token_urlsafe(_PASSWORD_BYTES)


@dataclass(frozen=True, slots=True)
class Migrated:
    """login: the one that was put into force; None where the function could log in already."""

    changes: Changes
    login: str | None


@dataclass(frozen=True, slots=True)
class Administer:
    """connection_string: of the database that the function is to use."""

    administration: Administration
    store: CredentialStore
    logins: tuple[str, str]
    connection_string: str
    new_password: Callable[[], str] = new_password

    def migrate(self) -> Migrated:
        """Do what is still to be done; raise FaultError. Running it again changes nothing."""
        return Migrated(self.administration.prepare(), self._ensure_login())

    def status(self) -> Changes:
        """What a migration would still change in the database."""
        return self.administration.survey()

    def _ensure_login(self) -> str | None:
        """See that the stored credentials work: there may be none, or those of another server."""
        known = self.store.in_force()
        if (
            known is not None
            and known.connection_string == self.connection_string
            and self.administration.accepts(known)
        ):
            return None
        successor = Credentials(
            self.connection_string,
            next_login(self.logins, known.username if known else None),
            self.new_password(),
        )
        # The database first: credentials in force always work.
        self.administration.put_login(successor)
        self.store.enforce(successor)
        return successor.username
