"""How long csv-reconciler's check of windows takes, with ten thousand expectations in the ledger.

The check is the function's own, on a real database with a million files; what it tells is not sent
anywhere. Seconds of the clock, beside the time that the function has. Prints Markdown. Run:
python -m bench.windows [--expectations 10000] [--files 1000000]
"""

import argparse
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from pg8000.native import Connection

from bench.filled import FilledLedger, filled_ledger, patient_database
from bench.markdown import row, seconds, table
from rowledger.functions import contract
from rowledger.functions.adapters.cron import CronSchedules
from rowledger.functions.adapters.postgres.database import PLAIN, Database, connect
from rowledger.functions.adapters.postgres.ledger import PostgresLedger
from rowledger.functions.adapters.postgres.ledger_actions import PostgresLedgerActions
from rowledger.functions.adapters.postgres.mail_queue import PostgresMailQueue
from rowledger.functions.adapters.postgres.windows import PostgresWindowStore
from rowledger.functions.domain.deadline import Deadline
from rowledger.functions.domain.sources.versions import SourcesChange
from rowledger.functions.services.outbox import Outbox
from rowledger.functions.services.windows import WindowCheck, WindowCheckResult
from rowledger.local.provisioning.database_logins import Login
from tests.fakes.notifier import FakeNotifier

_RECONCILER = contract.load("pipeline.json")["functions"]["reconciler"]
_PATIENT_SECONDS = 600
_STEADY = 5
# As the settings have it.
_MAILS_A_MINUTE = 30
_FILES_IN_TIME = """
INSERT INTO file_metadata (filename, status, rows_count, bucket, version_id, etag, received_at,
                           claimed_by, lease_expires_at, file_size_bytes, receipt_key, backup_key,
                           source)
SELECT prefix || 'in-time.csv', 'SUCCESS', 1, 'input', 'in-time', 'etag', :at, 'request', now(), 9,
       'receipt of ' || name, 'backup of ' || name, name
  FROM source
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--expectations", type=int, default=10_000)
    parser.add_argument("--files", type=int, default=1_000_000)
    given = parser.parse_args()
    with filled_ledger(given.files) as ledger:
        _measure(ledger, given.expectations, given.files)


def _measure(filled: FilledLedger, number: int, files: int) -> None:
    limit = _RECONCILER["timeout_seconds"]
    print(table(f"{number:,} expectations, {files:,} files", "a check", "evaluated", "told"))
    due = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    database = patient_database(filled.function)
    slowest = 0.0
    for what, came in (("all missing at once", False), ("all on time at once", True)):
        _apply(filled.operator, f"{'in-time' if came else 'missing'}", number)
        with _connected(filled.owner) as connection:
            connection.run("UPDATE expectation SET since = :at", at=due - timedelta(minutes=30))
            if came:
                connection.run(_FILES_IN_TIME, at=due - timedelta(minutes=10))
            connection.run("VACUUM ANALYZE")
        for name, times in ((what, 1), (f"{what}, and once more", _STEADY)):
            taken, told = [], 0
            for _ in range(times):
                took, result, told = _check(database, limit)
                taken.append(took)
            slowest = max(slowest, *taken)
            evaluated = sum(result.windows.values())
            print(row(name, seconds(statistics.median(taken)), f"{evaluated:,}", f"{told:,}"))
    database.close()
    print(f"\ncsv-reconciler has {limit} s.")
    if slowest > limit:
        raise SystemExit("a check takes longer than csv-reconciler has")


def _check(database: Database, limit: float) -> tuple[float, WindowCheckResult, int]:
    notifier = FakeNotifier()
    outbox = Outbox(
        PostgresLedger(database, 300), PostgresMailQueue(database, _MAILS_A_MINUTE), notifier
    )
    store = PostgresWindowStore(database)
    check = WindowCheck(store, CronSchedules(), outbox, timedelta(0))
    started = time.perf_counter()
    result = check.run("bench", Deadline(started + 10 * limit, time.perf_counter))
    return time.perf_counter() - started, result, len(notifier.events)


@contextmanager
def _connected(login: Login) -> Iterator[Connection]:
    connection = connect(login.credentials, PLAIN, _PATIENT_SECONDS)
    try:
        yield connection
    finally:
        connection.close()


def _apply(operator: Login, name: str, number: int) -> None:
    """Put so many sources into force, of each of which a file is due every hour."""
    sources = list(_sources(name, number))
    database = patient_database(operator)
    PostgresLedgerActions(database).apply_sources(
        SourcesChange("bench", {"version": 1, "sources": sources})
    )
    database.close()


def _sources(name: str, number: int) -> Iterator[dict[str, Any]]:
    for each in range(number):
        yield {
            "name": f"due-{each}",
            "prefix": f"due-{each}/",
            "expectations": [{"name": name, "schedule": "0 * * * *"}],
        }


if __name__ == "__main__":
    main()
