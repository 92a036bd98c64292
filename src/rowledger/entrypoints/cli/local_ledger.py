"""The local stack's ledger, as its reader sees it."""

from collections.abc import Iterator
from contextlib import contextmanager

from rowledger.adapters.credentials.memory import MemoryCredentials
from rowledger.adapters.ledger import Ledger
from rowledger.bootstrap import open_ledger
from rowledger.config import Config
from rowledger.local.stack import Stack


@contextmanager
def ledger_of(stack: Stack) -> Iterator[Ledger]:
    """Open it with the role that may read and nothing else."""
    reader = MemoryCredentials(stack.database.reader.credentials)
    ledger = open_ledger(Config.from_environment(stack.settings), reader)
    try:
        yield ledger
    finally:
        ledger.database.close()
