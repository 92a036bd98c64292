"""The local stack's ledger, as its reader and its operator see it."""

from collections.abc import Iterator
from contextlib import contextmanager

from rowledger.adapters.credentials.memory import MemoryCredentials
from rowledger.adapters.ledger import Ledger
from rowledger.bootstrap import open_ledger
from rowledger.config import Config
from rowledger.local.roles import Login
from rowledger.local.stack import Stack


@contextmanager
def ledger_of(stack: Stack) -> Iterator[Ledger]:
    """Open it with the role that may read and nothing else."""
    with _opened(stack, stack.database.reader) as ledger:
        yield ledger


@contextmanager
def operators_ledger_of(stack: Stack) -> Iterator[Ledger]:
    """Open it with the role that may reopen rows."""
    with _opened(stack, stack.database.operator) as ledger:
        yield ledger


@contextmanager
def _opened(stack: Stack, role: Login) -> Iterator[Ledger]:
    credentials = MemoryCredentials(role.credentials)
    ledger = open_ledger(Config.from_environment(stack.settings), credentials)
    try:
        yield ledger
    finally:
        ledger.database.close()
