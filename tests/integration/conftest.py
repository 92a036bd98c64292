"""The ledger in PostgreSQL and its fake, under one set of tests; and the counter's kernel."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from rowledger.functions.adapters.kernel.library import load_kernel
from rowledger.functions.domain.counting.kernel import Kernel
from tests.fakes.ledger import FakeLedger
from tests.integration.ledger_bench import (
    LEASE_SECONDS,
    Bench,
    WholeLedger,
    expire_on_postgres,
    on_postgres,
)
from tests.integration.ledger_history import History, history_of

if TYPE_CHECKING:
    from rowledger.local.provisioning.database_logins import Login, Logins


@pytest.fixture(scope="session")
def kernel() -> Kernel:
    found = load_kernel()
    if found is None:
        pytest.skip("there is no kernel: make kernel builds it")
    return found


@pytest.fixture
def history(
    fresh_database: "Login",
    owner_of_fresh_database: "Login",
    operator_of_fresh_database: "Login",
    logins: "Logins",
) -> Iterator[History]:
    """A ledger with a row in every state."""
    reader = replace(logins.reader, database=fresh_database.database)
    with history_of(
        fresh_database, owner_of_fresh_database, operator_of_fresh_database, reader
    ) as found:
        yield found


@pytest.fixture(params=["memory", "postgres"])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    if request.param == "memory":
        ledger = FakeLedger(lease_seconds=LEASE_SECONDS)
        yield Bench(ledger, ledger, ledger.expire_leases)
        return
    function: Login = request.getfixturevalue("fresh_database")
    operator: Login = request.getfixturevalue("operator_of_fresh_database")
    database, operators = on_postgres(function), on_postgres(operator)
    yield Bench(
        WholeLedger(database, LEASE_SECONDS),
        WholeLedger(operators, LEASE_SECONDS),
        lambda: expire_on_postgres(database),
    )
    database.close()
    operators.close()
