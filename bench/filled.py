"""A ledger with many files, on a local stack that is there for nothing else."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from rowledger.functions.adapters.fixed_credentials import FixedCredentials
from rowledger.functions.adapters.postgres.database import PLAIN, Database
from rowledger.local.layout import Layout
from rowledger.local.provisioning.database_logins import Login
from rowledger.local.stack import reset
from rowledger.wiring.local_stack import start_local_stack
from tests.function_logins import login_in_force
from tests.integration.ledger_bench import migrate_as
from tests.integration.many_rows import fill

_DATABASE = "bench"
# For a statement of ten thousand sources, on a machine with other work to do.
_PATIENT_SECONDS = 600


@dataclass(frozen=True, slots=True)
class FilledLedger:
    """Its logins: of the owner, of csv-processor, of people who read and who operate."""

    owner: Login
    function: Login
    reader: Login
    operator: Login


@contextmanager
def filled_ledger(files: int) -> Iterator[FilledLedger]:
    """Start a stack, fill a ledger of its own with so many files, and remove both in the end."""
    with tempfile.TemporaryDirectory(prefix="rowledger-bench-") as folder:
        layout = Layout(Path(folder) / "state")
        try:
            stack = start_local_stack(lambda _: None, layout)
            logins = stack.database
            owner, function, reader, operator = (
                replace(each, database=_DATABASE)
                for each in (logins.owner, login_in_force(stack), logins.reader, logins.operator)
            )
            superuser = logins.superuser.connect()
            superuser.run(f"CREATE DATABASE {_DATABASE} OWNER {owner.username}")
            superuser.close()
            migrate_as(owner)
            fill(owner, files)
            yield FilledLedger(owner, function, reader, operator)
        finally:
            reset(lambda _: None, layout)


def patient_database(login: Login) -> Database:
    return Database(FixedCredentials(login.credentials), PLAIN, timeout_seconds=_PATIENT_SECONDS)
