"""How long the ledger takes to answer what people ask of it, with a million uploads in it.

Beside the database: the time of the query and of reading its answer. What each question reads is in
QUESTIONS; tests/integration/test_ledger_plans.py checks that an index answers it.
"""

import argparse
import time
from dataclasses import replace
from datetime import timedelta

from bench.filled import filled_ledger
from rowledger.functions.adapters.fixed_credentials import FixedCredentials
from rowledger.functions.adapters.postgres.database import PLAIN, Database
from rowledger.functions.adapters.postgres.ledger_queries import PostgresLedgerQueries
from rowledger.functions.domain.file_pages import FileOrder
from rowledger.functions.domain.ledger_requests import ListFiles, ShowUpload, Summarise, SummaryBy
from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.selection import Selection
from rowledger.local.provisioning.database_logins import Login
from tests.integration.many_rows import NEWEST

LIMIT_SECONDS = 1.0
YESTERDAY = Selection(since=NEWEST - timedelta(days=2), until=NEWEST - timedelta(days=1))
Question = ListFiles | ShowUpload | Summarise
QUESTIONS: dict[str, Question] = {
    "files": ListFiles(limit=20),
    "files --on yesterday": ListFiles(selection=YESTERDAY, limit=20),
    "files --status failed": ListFiles(selection=Selection(status=Status.FAILED), limit=20),
    "files --status processing": ListFiles(selection=Selection(status=Status.PROCESSING), limit=20),
    "files --code NOT_CSV": ListFiles(selection=Selection(code="NOT_CSV"), limit=20),
    "files --code TOO_LARGE (none)": ListFiles(selection=Selection(code="TOO_LARGE"), limit=20),
    "files --prefix acme/": ListFiles(selection=Selection(prefix="acme/"), limit=20),
    "files --prefix nobody/ (none)": ListFiles(selection=Selection(prefix="nobody/"), limit=20),
    "files --warned (none)": ListFiles(selection=Selection(warned=True), limit=20),
    "files --name '*.gz'": ListFiles(selection=Selection(name="*.gz"), limit=20),
    "files --name 'no*' (none)": ListFiles(selection=Selection(name="no*"), limit=20),
    "files --on yesterday --status failed --prefix acme/": ListFiles(
        selection=replace(YESTERDAY, status=Status.FAILED, prefix="acme/"), limit=20
    ),
    **{f"files --sort {order}": ListFiles(order=order, limit=20) for order in FileOrder},
    "files --limit 1000": ListFiles(limit=1000),
    "show 500000": ShowUpload(file_id=500_000),
    "show KEY": ShowUpload(key="acme/2026/file-500000.csv"),
    **{f"summary --by {by}": Summarise(by=by) for by in SummaryBy},
    "summary --by status --on yesterday": Summarise(selection=YESTERDAY, by=SummaryBy.STATUS),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--uploads", type=int, default=1_000_000)
    uploads: int = parser.parse_args().uploads
    with filled_ledger(uploads) as ledger:
        over = _ask(ledger.reader)
    raise SystemExit(1 if over else 0)


def _ask(reader: Login) -> bool:
    """Print each question's time; whether one took too long."""
    database = Database(FixedCredentials(reader.credentials), PLAIN)
    queries = PostgresLedgerQueries(database)
    over = False
    for name, question in QUESTIONS.items():
        seconds = min(_timed(queries, question) for _ in range(3))
        over |= seconds > LIMIT_SECONDS
        print(f"{seconds * 1000:8.1f} ms  rowledger {name}")
    database.close()
    return over


def _timed(queries: PostgresLedgerQueries, question: Question) -> float:
    started = time.perf_counter()
    ask(queries, question)
    return time.perf_counter() - started


def ask(queries: PostgresLedgerQueries, question: Question) -> None:
    """Have a question answered."""
    match question:
        case ListFiles():
            queries.list_files(question)
        case ShowUpload():
            queries.show_upload(question)
        case Summarise():
            queries.summarise(question)


if __name__ == "__main__":
    main()
