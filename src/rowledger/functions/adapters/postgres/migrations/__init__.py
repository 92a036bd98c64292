"""Versioned SQL, applied in order and once, with a ledger of its own.

A migration is NNNN_name.sql beside this file. Applied ones are kept with their checksum in
schema_migration; one that was changed afterwards stops the run, for then nobody knows what is
in the database.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template

from pg8000.native import Connection, identifier

from rowledger.functions import contract
from rowledger.functions.domain.faults import FaultCode, FaultError

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
    return [
        Migration(path.stem, path.read_text(encoding="utf-8"))
        for path in sorted(Path(__file__).parent.glob("*.sql"))
    ]


def migrate(connection: Connection) -> list[str]:
    """Apply what is pending, each migration in a transaction; return the names applied.

    The caller owns the connection and may act as the owner's role; the other roles that
    pipeline.json names must exist. Concurrent runs wait for each other. Raise FaultError where a
    migration was changed, and the driver's errors where one fails: it has then changed nothing.
    """
    roles = contract.load("pipeline.json")["database"]
    lock(connection)
    # Whoever migrates, everything belongs to one role.
    connection.run(f"SET ROLE {identifier(roles['owner_role'])}")
    waiting = pending(connection)
    for migration in waiting:
        _apply(connection, migration, roles)
    return [migration.name for migration in waiting]


def lock(connection: Connection) -> None:
    """Wait until nobody else changes roles or schema; held until the connection is closed."""
    connection.run("SELECT pg_advisory_lock(:lock)", lock=_LOCK)


def pending(connection: Connection) -> list[Migration]:
    """What is not applied yet; raise FaultError where an applied one was changed."""
    return _pending(_applied(connection))


def _applied(connection: Connection) -> dict[str, str]:
    """The checksum of each applied migration by its name."""
    ((known,),) = connection.run("SELECT to_regclass('schema_migration') IS NOT NULL")
    return dict(connection.run("SELECT name, checksum FROM schema_migration")) if known else {}


def _pending(applied: Mapping[str, str]) -> list[Migration]:
    waiting = []
    for migration in available():
        checksum = applied.get(migration.name)
        if checksum is None:
            waiting.append(migration)
        elif checksum != migration.checksum:
            raise FaultError(
                FaultCode.DATABASE,
                f"migration {migration.name} was changed after it was applied to this database",
            )
    return waiting


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
