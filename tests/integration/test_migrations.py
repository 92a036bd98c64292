"""Migrations: each once, in order, and none changed afterwards."""

import threading

import pytest

from rowledger.functions.adapters.postgres.migrations import available
from rowledger.functions.domain.faults import FaultError
from rowledger.local.provisioning.database_logins import Login
from tests.integration.ledger_bench import migrate_as


def test_migrations_are_applied_once(owner_of_fresh_database: Login) -> None:
    owner = owner_of_fresh_database
    assert migrate_as(owner) == []
    connection = owner.connect()
    names = connection.run("SELECT name FROM schema_migration ORDER BY name")
    connection.close()
    assert names == [[migration.name] for migration in available()]


def test_a_migration_changed_afterwards_stops_the_run(owner_of_fresh_database: Login) -> None:
    owner = owner_of_fresh_database
    connection = owner.connect()
    connection.run("UPDATE schema_migration SET checksum = 'another'")
    connection.close()
    with pytest.raises(FaultError, match="was changed after it was applied"):
        migrate_as(owner)


def test_concurrent_migrations_wait_for_each_other(empty_database: Login) -> None:
    owner = empty_database
    applied: list[list[str]] = []

    def run() -> None:
        applied.append(migrate_as(owner))

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(applied, key=len) == [[], [], [migration.name for migration in available()]]
