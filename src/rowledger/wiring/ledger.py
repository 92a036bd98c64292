"""The local stack's ledger, as its reader and its operator see it."""

from collections.abc import Iterator
from contextlib import contextmanager

from rowledger.functions.adapters.fixed_credentials import FixedCredentials
from rowledger.functions.config import ProcessorConfig
from rowledger.functions.ports.ledger import Ledger
from rowledger.functions.wiring import open_ledger
from rowledger.local.provisioning.database_logins import Login
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
    credentials = FixedCredentials(role.credentials)
    ledger = open_ledger(ProcessorConfig.from_environment(stack.settings), credentials)
    try:
        yield ledger
    finally:
        ledger.database.close()
