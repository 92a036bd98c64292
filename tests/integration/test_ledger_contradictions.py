"""What the owner changed by hand, or a version before left behind, is corrected or found."""

# ruff: noqa: S608 -- the statements are made of what stands in these tests

import pytest

from rowledger.functions.adapters.postgres import migrations
from rowledger.functions.adapters.postgres.reconciliation import PostgresReconciliationStore
from rowledger.local.provisioning.database_logins import Login
from tests.integration.ledger_bench import on_postgres
from tests.integration.ledger_history import History
from tests.unit.builders import BUCKET

OF_FINAL = "(SELECT id FROM file_metadata WHERE filename = 'final.csv')"


def test_rows_of_the_schema_before_that_were_received_in_the_future_are_corrected(
    history: History,
) -> None:
    """The migration's own statement, on a row as an event of 2999 left it."""
    (migration,) = (each for each in migrations.available() if each.name == "0006_final_history")
    start = migration.sql.index("UPDATE file_metadata f SET received_at")
    statement = migration.sql[start : migration.sql.index(";", start)]
    history.owner.run(
        "UPDATE file_metadata SET received_at = '2999-01-01' WHERE filename = 'free.csv'"
    )
    history.owner.run(statement)
    assert history.one(
        "SELECT f.received_at = a.started_at FROM file_metadata f JOIN file_attempt a"
        " ON (a.file_id, a.attempt) = (f.id, 1) WHERE f.filename = 'free.csv'"
    )


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("UPDATE file_metadata SET timestamp = now() WHERE filename = 'final.csv'", "another time"),
        (
            (
                "UPDATE file_metadata SET status = 'FAILED', rows_count = NULL, error = '{}'"
                " WHERE filename = 'final.csv'"
            ),
            "its attempt ended otherwise",
        ),
        ("UPDATE file_metadata SET attempt = 9 WHERE filename = 'final.csv'", "not on record"),
        (f"DELETE FROM notification WHERE file_id = {OF_FINAL}", "no notification"),
        (
            (
                "INSERT INTO file_attempt (file_id, attempt, request_id)"
                f" VALUES ({OF_FINAL}, 2, 'r')"
            ),
            "a later attempt",
        ),
    ],
)
def test_reconciliation_finds_what_the_owner_changed(
    history: History, fresh_database: Login, change: str, found: str
) -> None:
    database = on_postgres(fresh_database)
    store = PostgresReconciliationStore(database)
    names = ("working.csv", "free.csv", "final.csv", "sent.csv", "replayed.csv")
    identities = [(name, "v1") for name in names]
    assert store.contradictions(BUCKET, identities) == {}
    history.owner.run(change)
    ((identity, what),) = store.contradictions(BUCKET, identities).items()
    database.close()
    assert identity == ("final.csv", "v1")
    assert found in what


def test_a_claim_of_a_pass_that_cannot_be_is_not_believed(
    history: History, fresh_database: Login
) -> None:
    database = on_postgres(fresh_database)
    store = PostgresReconciliationStore(database)
    before = store.complete_through()
    history.owner.run(
        "UPDATE reconcile_pass SET ended_at = now(), complete_through = '2999-01-01'"
        " WHERE ended_at IS NULL"
    )
    assert store.complete_through() == before is not None
    database.close()
