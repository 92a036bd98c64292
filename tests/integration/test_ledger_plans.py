"""What people ask of a large ledger is answered from an index, never by reading every row.

How long each takes with a million uploads is what bench/ledger.py measures.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from pg8000.native import Connection

from bench.ledger import QUESTIONS, ask
from rowledger.functions.adapters.postgres.database import PLAIN, Database, connect
from rowledger.functions.adapters.postgres.ledger import PostgresLedger
from rowledger.functions.adapters.postgres.ledger_queries import PostgresLedgerQueries
from rowledger.functions.domain.ledger import Claim
from rowledger.functions.domain.ledger_requests import SummaryBy
from rowledger.local.provisioning.database_logins import Login, Logins
from tests.fakes.credentials import FakeCredentials
from tests.integration.many_rows import NEWEST, fill, mark_sources

# Enough that reading every row would be the slower way.
UPLOADS = 100_000
# They are about every row.
SUMS_OF_EVERYTHING = {f"summary --by {by}" for by in SummaryBy}


class Explaining:
    """A connection that keeps the plan of each query, and answers it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.plans: list[dict[str, Any]] = []

    def run(self, query: str, **parameters: Any) -> Any:  # noqa: ANN401 -- as the driver has it
        if "file_metadata" in query:
            ((found,),) = self._connection.run(f"EXPLAIN (FORMAT JSON) {query}", **parameters)
            self.plans += [
                each["Plan"] for each in (json.loads(found) if isinstance(found, str) else found)
            ]
        return self._connection.run(query, **parameters)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- whatever a connection has
        return getattr(self._connection, name)


def test_every_question_is_answered_from_an_index(
    owner_of_fresh_database: Login, fresh_database: Login, logins: Logins
) -> None:
    fill(owner_of_fresh_database, UPLOADS)
    reader = replace(logins.reader, database=owner_of_fresh_database.database)
    database, opened = explaining(reader)
    queries = PostgresLedgerQueries(database)
    reading_all = []
    for name, question in QUESTIONS.items():
        ask(queries, question)
        plans, opened[0].plans = opened[0].plans, []
        assert plans, name
        reading_all += [name for plan in plans if any(map(reads_every_row, nodes(plan)))]
    database.close()
    assert [name for name in reading_all if name not in SUMS_OF_EVERYTHING] == []
    assert sequences_read_for_a_source(owner_of_fresh_database, fresh_database) == []


def explaining(login: Login) -> tuple[Database, list[Explaining]]:
    """A database whose connections keep the plans of their queries."""
    opened: list[Explaining] = []

    def open_explaining(*arguments: Any) -> Any:  # noqa: ANN401 -- as a connection
        opened.append(Explaining(connect(*arguments)))
        return opened[-1]

    credentials = FakeCredentials(login.credentials)
    return Database(credentials, PLAIN, open_connection=open_explaining), opened


def sequences_read_for_a_source(owner: Login, function: Login) -> list[str]:
    """The nodes that read every row where a file is compared with earlier ones of its source."""
    mark_sources(owner, UPLOADS)
    database, opened = explaining(function)
    ledger = PostgresLedger(database, lease_seconds=300)
    found = ledger.earlier_files(Claim(UPLOADS // 2, 1, "b", NEWEST), "sender-7", "no such digest")
    assert found.rows, "it has nothing to compare with"
    ((plan,),) = (each.plans for each in opened)
    database.close()
    return [node["Node Type"] for node in nodes(plan) if reads_every_row(node)]


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for each in plan.get("Plans", []):
        yield from nodes(each)


def reads_every_row(node: dict[str, Any]) -> bool:
    return bool(node["Node Type"] == "Seq Scan" and node.get("Relation Name") == "file_metadata")
