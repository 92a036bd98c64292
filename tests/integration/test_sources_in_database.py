"""What the database itself does with sources that are applied, and what is read of a judgement."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from pg8000.native import Connection, DatabaseError

from rowledger.functions.adapters.postgres.ledger_actions import PostgresLedgerActions
from rowledger.functions.adapters.postgres.reconciliation import PostgresReconciliationStore
from rowledger.functions.domain.ledger import Claim
from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.replay import ReplayRequest, ReplaySource
from rowledger.functions.domain.sources.chosen import JudgedBy
from rowledger.functions.domain.sources.earlier_files import EarlierUpload
from rowledger.functions.domain.sources.versions import SourcesChange
from rowledger.functions.domain.upload import Upload
from rowledger.local.provisioning.database_logins import Login
from tests.integration.ledger_bench import (
    GOOD,
    LEASE_SECONDS,
    WholeLedger,
    a_notification,
    on_postgres,
)
from tests.unit.builders import an_upload

REQUEST = ReplayRequest("ada", "the sources were wrong", ReplaySource.LEDGER)


def a_change(*names: str, **parts: Any) -> SourcesChange:  # noqa: ANN401 -- any JSON
    sources = [{"name": name, "prefix": f"{name}/", **parts} for name in names]
    return SourcesChange("ada", {"version": 1, "sources": sources})


def in_force(connection: Connection) -> list[tuple[str, int, int]]:
    found = connection.run("SELECT name, place, version FROM source ORDER BY place")
    return [(name, place, version) for name, place, version in found]


def test_versions_applied_at_once_come_one_after_the_other(
    fresh_database: Login, operator_of_fresh_database: Login
) -> None:
    def apply(number: int) -> int:
        database = on_postgres(operator_of_fresh_database)
        try:
            change = a_change(f"s{number}")
            return PostgresLedgerActions(database).apply_sources(change).version
        finally:
            database.close()

    with ThreadPoolExecutor(4) as pool:
        versions = dict(enumerate(pool.map(apply, range(8))))
    assert sorted(versions.values()) == list(range(1, 9))
    (last,) = (number for number, version in versions.items() if version == 8)
    connection = fresh_database.connect()
    assert in_force(connection) == [(f"s{last}", 1, 8)]
    connection.close()


def test_what_fails_leaves_all_as_it_was(
    fresh_database: Login, operator_of_fresh_database: Login
) -> None:
    database = on_postgres(operator_of_fresh_database)
    PostgresLedgerActions(database).apply_sources(a_change("a", "b"))
    database.close()
    operator = operator_of_fresh_database.connect()
    twice = json.dumps({"sources": [{"name": "c", "prefix": ""}, {"name": "c", "prefix": "x"}]})
    for document in (twice, '{"sources": [{"name": "d"}]}', '{"sources": 1}'):
        with pytest.raises(DatabaseError):
            operator.run(
                "INSERT INTO sources_version (applied_by, sha256, document)"
                " VALUES ('ada', '0', CAST(:document AS jsonb))",
                document=document,
            )
    operator.close()
    connection = fresh_database.connect()
    assert in_force(connection) == [("a", 1, 1), ("b", 2, 1)]
    assert connection.run("SELECT max(id) FROM sources_version") == [[1]]
    connection.close()


def test_a_judgement_is_read_as_the_version_that_judged_had_it(
    fresh_database: Login, operator_of_fresh_database: Login
) -> None:
    database, operators = on_postgres(fresh_database), on_postgres(operator_of_fresh_database)
    ledger, store = WholeLedger(database, LEASE_SECONDS), PostgresReconciliationStore(database)
    operator = WholeLedger(operators, LEASE_SECONDS)
    operator.apply_sources(a_change("acme", owner="ada"))

    def take(upload: Upload, judged_by: JudgedBy | None, message_id: str) -> int:
        claim = ledger.claim(upload, message_id)
        assert isinstance(claim, Claim)
        notification = a_notification(message_id)
        ledger.commit(
            claim,
            GOOD,
            notification,
            backup_version_id=None,
            duration_ms=1,
            judged_by=judged_by,
        )
        return claim.file_id

    first = take(an_upload("acme/a.csv", "v1"), None, "m-1")
    before = EarlierUpload(first, "acme/a.csv", "v1", Status.SUCCESS)
    second = an_upload("acme/a.csv", "v2")
    judged_by = JudgedBy("acme", 1, supersedes=before)
    file_id = take(second, judged_by, "m-2")
    operator.apply_sources(a_change("acme", owner="bob"))
    assert store.judgement(first) is None
    found = store.judgement(file_id)
    assert found
    assert found.document == {"name": "acme", "prefix": "acme/", "owner": "ada"}
    assert found.judged_by == judged_by
    operator.reopen([second], REQUEST)
    take(second, JudgedBy("acme", 2), "m-3")
    again = store.judgement(file_id)
    assert again
    assert (again.document["owner"], again.judged_by) == ("bob", JudgedBy("acme", 2, replay=True))
    database.close()
    operators.close()
