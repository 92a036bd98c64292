"""Databases of a test's own, on the server of the local stack."""

import secrets
from collections.abc import Iterator
from dataclasses import replace

import pytest
from pg8000.native import identifier

from rowledger.adapters.ledger.memory import MemoryLedger
from rowledger.adapters.ledger.postgres import PostgresLedger
from rowledger.local.roles import Login, Logins
from rowledger.local.stack import Stack
from tests.integration.ledger_bench import (
    LEASE_SECONDS,
    Bench,
    expire_in_memory,
    expire_on_postgres,
    migrate_as,
    on_postgres,
)


@pytest.fixture
def logins(stack: Stack) -> Logins:
    return stack.database


@pytest.fixture
def empty_database(logins: Logins) -> Iterator[Login]:
    """A database without tables, as its owner."""
    owner = replace(logins.owner, database=f"test_{secrets.token_hex(6)}")
    name = identifier(owner.database)
    superuser = logins.superuser.connect()
    superuser.run(f"CREATE DATABASE {name} OWNER {identifier(owner.username)}")
    try:
        yield owner
    finally:
        superuser.run(f"DROP DATABASE {name} WITH (FORCE)")
        superuser.close()


@pytest.fixture
def owner_of_fresh_database(empty_database: Login) -> Login:
    """A migrated database, as its owner."""
    owner = empty_database
    migrate_as(owner)
    return owner


@pytest.fixture
def fresh_database(owner_of_fresh_database: Login, logins: Logins) -> Login:
    """A migrated database, as the function's role."""
    return replace(logins.function, database=owner_of_fresh_database.database)


@pytest.fixture
def operator_of_fresh_database(fresh_database: Login, logins: Logins) -> Login:
    """The same database, as the operator's role."""
    return replace(logins.operator, database=fresh_database.database)


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
