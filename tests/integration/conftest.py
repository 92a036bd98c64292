"""The ledger in PostgreSQL and its fake, under one set of tests."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from rowledger.functions.adapters.postgres.ledger import PostgresLedger
from tests.fakes.ledger import MemoryLedger
from tests.integration.ledger_bench import (
    LEASE_SECONDS,
    Bench,
    expire_in_memory,
    expire_on_postgres,
    on_postgres,
)

if TYPE_CHECKING:
    from rowledger.local.provisioning.database_logins import Login


@pytest.fixture(params=["memory", "postgres"])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    if request.param == "memory":
        ledger = MemoryLedger(LEASE_SECONDS)
        yield Bench(ledger, ledger, lambda: expire_in_memory(ledger))
        return
    function: Login = request.getfixturevalue("fresh_database")
    operator: Login = request.getfixturevalue("operator_of_fresh_database")
    database, operators = on_postgres(function), on_postgres(operator)
    yield Bench(
        PostgresLedger(database, LEASE_SECONDS),
        PostgresLedger(operators, LEASE_SECONDS),
        lambda: expire_on_postgres(database),
    )
    database.close()
    operators.close()
