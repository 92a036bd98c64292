"""Opens the ledger for one piece of work, and closes it after."""

from collections.abc import Iterator
from contextlib import contextmanager

from rowledger.functions.adapters.postgres.ledger import PostgresLedger
from rowledger.functions.config import ReconcilerConfig
from rowledger.functions.ports.credentials import CredentialSource
from rowledger.functions.wiring import open_ledger


@contextmanager
def opened_ledger(
    config: ReconcilerConfig, credentials: CredentialSource
) -> Iterator[PostgresLedger]:
    """The ledger of a pipeline; the connection is made at the first call and closed in the end."""
    ledger = open_ledger(config, credentials)
    try:
        yield ledger
    finally:
        ledger.database.close()
