"""Brings a database to what this version needs, and gives functions their first credentials."""

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
class DatabaseAccount:
    """The login of one database role: where it is kept, and the two names that take turns."""

    role: str
    store: CredentialStore
    logins: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Migrated:
    """logins: those that were put into force; none where every function could log in already."""

    changes: Changes
    logins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Administer:
    """connection_string: of the database that the functions are to use."""

    administration: Administration
    accounts: tuple[DatabaseAccount, ...]
    connection_string: str
    new_password: Callable[[], str] = new_password

    def migrate(self) -> Migrated:
        """Do what is still to be done; raise FaultError. Running it again changes nothing."""
        changes = self.administration.prepare()
        put = [self._ensure_login(account) for account in self.accounts]
        return Migrated(changes, tuple(login for login in put if login))

    def status(self) -> Changes:
        """What a migration would still change in the database."""
        return self.administration.survey()

    def _ensure_login(self, account: DatabaseAccount) -> str | None:
        """See that the stored credentials work: there may be none, or those of another server."""
        known = account.store.in_force()
        if (
            known is not None
            and known.connection_string == self.connection_string
            and self.administration.accepts(known)
        ):
            return None
        successor = Credentials(
            self.connection_string,
            next_login(account.logins, known.username if known else None),
            self.new_password(),
        )
        # The database first: credentials in force always work.
        self.administration.put_login(successor, account.role)
        account.store.enforce(successor)
        return successor.username
