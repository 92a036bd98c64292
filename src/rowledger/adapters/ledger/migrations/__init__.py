"""Versioned SQL, applied in order and once, with a ledger of its own.

A migration is NNNN_name.sql beside this file. Applied ones are kept with their checksum in
schema_migration; one that was changed afterwards stops the run, for then nobody knows what stands
in the database.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from string import Template

from pg8000.native import Connection

from rowledger import contract
from rowledger.adapters.credentials import Credentials
from rowledger.adapters.database import VERIFIED, Tls, connect, translated
from rowledger.errors import FaultCode, FaultError

# Any number will do, as long as every run of the migrations asks for the same lock.
_LOCK = 7_269_531


@dataclass(frozen=True, slots=True)
class Migration:
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


def available() -> list[Migration]:
    """Every migration of this version, in order."""
    found = (entry for entry in files(__name__).iterdir() if entry.name.endswith(".sql"))
    return [
        Migration(entry.name.removesuffix(".sql"), entry.read_text(encoding="utf-8"))
        for entry in sorted(found, key=lambda entry: entry.name)
    ]


def migrate(
    connection_string: str,
    username: str,
    password: str,
    *,
    tls: Tls = VERIFIED,
    dry_run: bool = False,
) -> list[str]:
    """Apply what is pending, each migration in a transaction; return the names applied.

    dry_run: only return the names that would be applied.
    Run it as the owner of the database; the roles that pipeline.json names must exist. Concurrent
    runs wait for each other. Raise FaultError where a migration fails: it has then changed nothing.
    """
    roles = contract.load("pipeline.json")["database"]
    with translated():
        connection = connect(Credentials(connection_string, username, password), tls)
        try:
            connection.run("SELECT pg_advisory_lock(:lock)", lock=_LOCK)
            pending = _pending(_applied(connection))
            if not dry_run:
                for migration in pending:
                    _apply(connection, migration, roles)
            return [migration.name for migration in pending]
        finally:
            connection.close()


def _applied(connection: Connection) -> dict[str, str]:
    """The checksum of each applied migration by its name."""
    ((known,),) = connection.run("SELECT to_regclass('schema_migration') IS NOT NULL")
    return dict(connection.run("SELECT name, checksum FROM schema_migration")) if known else {}


def _pending(applied: Mapping[str, str]) -> list[Migration]:
    pending = []
    for migration in available():
        checksum = applied.get(migration.name)
        if checksum is None:
            pending.append(migration)
        elif checksum != migration.checksum:
            raise FaultError(
                FaultCode.DATABASE,
                f"migration {migration.name} was changed after it was applied to this database",
            )
    return pending


def _apply(connection: Connection, migration: Migration, roles: Mapping[str, str]) -> None:
    connection.run("BEGIN")
    connection.run(
        "CREATE TABLE IF NOT EXISTS schema_migration ("
        " name TEXT PRIMARY KEY, checksum TEXT NOT NULL,"
        " applied_at TIMESTAMPTZ NOT NULL DEFAULT now())"
    )
    connection.run(Template(migration.sql).substitute(roles))
    connection.run(
        "INSERT INTO schema_migration (name, checksum) VALUES (:name, :checksum)",
        name=migration.name,
        checksum=migration.checksum,
    )
    connection.run("COMMIT")
