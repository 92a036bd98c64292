"""The local stack's ledger, as its reader and its operator see it."""

from collections.abc import Iterator
from contextlib import contextmanager

from rowledger.functions.adapters.fixed_credentials import FixedCredentials
from rowledger.functions.adapters.postgres.database import Database, Tls
from rowledger.functions.config import Config
from rowledger.local.provisioning.database_logins import Login
from rowledger.local.stack import Stack
from rowledger.operations.adapters.postgres.ledger_queries import PostgresLedgerQueries


@contextmanager
def ledger_of(stack: Stack) -> Iterator[PostgresLedgerQueries]:
    """Open it with the role that may read and nothing else."""
    with database_of(stack, stack.database.reader) as database:
        yield PostgresLedgerQueries(database)


@contextmanager
def database_of(stack: Stack, role: Login) -> Iterator[Database]:
    config = Config.from_environment(stack.settings)
    tls = Tls.from_setting(config.database_tls, config.database_ca_file)
    database = Database(FixedCredentials(role.credentials), tls)
    try:
        yield database
    finally:
        database.close()
