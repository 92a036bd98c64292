"""Administers a PostgreSQL server as a user who may make roles and databases, superuser or not."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import urlsplit

from pg8000.native import Connection

from rowledger.functions.adapters.fixed_credentials import FixedCredentials
from rowledger.functions.adapters.postgres import migrations, roles
from rowledger.functions.adapters.postgres.database import Database, Tls
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.ports.administration import Changes
from rowledger.functions.ports.credentials import Credentials, CredentialSource

# Every server has it, before there is one of ours.
_MAINTENANCE = "postgres"
# A migration may rewrite a table, or wait for another run; the function's own timeout is longer.
_TIMEOUT_SECONDS = 240


class PostgresAdministration:
    """The database is the one that the master's connection string names."""

    def __init__(self, master: CredentialSource, tls: Tls) -> None:
        self._master = master
        self._tls = tls

    def prepare(self) -> Changes:
        with self._session(_MAINTENANCE) as connection:
            migrations.lock(connection)
            made = roles.ensure_roles(connection)
            roles.ensure_database(connection, self._database)
        with self._session(self._database) as connection:
            return Changes(tuple(made), tuple(migrations.migrate(connection)))

    def survey(self) -> Changes:
        with self._session(_MAINTENANCE) as connection:
            missing = roles.missing_roles(connection)
            known = roles.database_owner(connection, self._database) is not None
        if not known:
            every = (migration.name for migration in migrations.available())
            return Changes(tuple(missing), tuple(every))
        with self._session(self._database) as connection:
            pending = (migration.name for migration in migrations.pending(connection))
            return Changes(tuple(missing), tuple(pending))

    def put_login(self, credentials: Credentials, role: str) -> None:
        with self._session(_MAINTENANCE) as connection:
            if roles.missing_roles(connection):
                raise FaultError(
                    FaultCode.DATABASE, "the roles are not made yet: run the migrations first"
                )
            roles.put_login(connection, credentials.username, credentials.password, role)

    def accepts(self, credentials: Credentials) -> bool:
        database = Database(FixedCredentials(credentials), self._tls)
        try:
            with database.session() as connection:
                connection.run("SELECT 1 FROM file_metadata LIMIT 1")
        except FaultError as fault:
            if fault.code is FaultCode.DATABASE_REFUSED:
                return False
            raise
        finally:
            database.close()
        return True

    @property
    def _database(self) -> str:
        return urlsplit(self._master.get().connection_string).path.removeprefix("/")

    @contextmanager
    def _session(self, database: str) -> Iterator[Connection]:
        """A connection for one use: what may make roles is not kept open."""
        master = Database(_In(self._master, database), self._tls, timeout_seconds=_TIMEOUT_SECONDS)
        try:
            with master.session() as connection:
                yield connection
        finally:
            master.close()


class _In:
    """The same credentials for another database of the server."""

    def __init__(self, source: CredentialSource, database: str) -> None:
        self._source = source
        self._database = database

    def get(self) -> Credentials:
        return self._there(self._source.get())

    def refresh(self) -> Credentials:
        return self._there(self._source.refresh())

    def _there(self, credentials: Credentials) -> Credentials:
        address = urlsplit(credentials.connection_string)
        there = address._replace(path=f"/{self._database}").geturl()
        return replace(credentials, connection_string=there)
