"""Opens the database for one piece of work, and closes it after."""

from collections.abc import Iterator
from contextlib import contextmanager

from rowledger.functions.adapters.postgres.database import Database, Tls
from rowledger.functions.config import ReconcilerConfig
from rowledger.functions.ports.credentials import CredentialSource
from rowledger.operations.adapters.postgres.ledger_queries import PostgresLedgerQueries
from rowledger.operations.ports.ledger_queries import LedgerQueries


@contextmanager
def opened_database(config: ReconcilerConfig, credentials: CredentialSource) -> Iterator[Database]:
    """The pipeline's database; the connection is made at the first call and closed in the end."""
    database = Database(credentials, Tls.from_setting(config.database_tls, config.database_ca_file))
    try:
        yield database
    finally:
        database.close()


@contextmanager
def opened_ledger(
    config: ReconcilerConfig, credentials: CredentialSource
) -> Iterator[LedgerQueries]:
    """The ledger, for whoever looks into it."""
    with opened_database(config, credentials) as database:
        yield PostgresLedgerQueries(database)
