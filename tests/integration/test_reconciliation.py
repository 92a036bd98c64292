"""One set of tests for what reconciliation reads of PostgreSQL and of its fake in memory."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pg8000.native
import pytest

from rowledger.functions.adapters.postgres.reconciliation import PostgresReconciliationStore
from rowledger.functions.domain.faults import FaultError
from rowledger.functions.domain.keys import receipt_key
from rowledger.functions.domain.ledger import Claim
from rowledger.functions.domain.notification import PendingNotification
from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.reconciliation import RepairKind, Verdict
from rowledger.functions.domain.reconciliation_pass import Cursor, Problem
from rowledger.functions.domain.upload import Upload
from rowledger.functions.ports.reconciliation import Identity, ReconciliationStore
from rowledger.local.provisioning.database_logins import Login
from tests.fakes.ledger import FakeLedger
from tests.fakes.reconciliation import FakeReconciliationStore
from tests.integration.ledger_bench import (
    GOOD,
    LEASE_SECONDS,
    AnyLedger,
    WholeLedger,
    a_notification,
    expire_on_postgres,
    on_postgres,
)
from tests.unit.builders import BUCKET, an_upload


@dataclass
class Bench:
    ledger: AnyLedger
    store: ReconciliationStore
    expire_leases: Callable[[], None]

    def claim(self, upload: Upload) -> Claim:
        result = self.ledger.claim(upload, "r1")
        assert isinstance(result, Claim)
        return result

    def commit(self, upload: Upload) -> PendingNotification:
        return self.ledger.commit(
            self.claim(upload),
            GOOD,
            a_notification(upload.key),
            backup_version_id="b-1",
            duration_ms=12,
        )


def identity(upload: Upload) -> Identity:
    return upload.key, upload.version_id


@pytest.fixture(params=["memory", "postgres"])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    if request.param == "memory":
        ledger = FakeLedger(lease_seconds=LEASE_SECONDS)
        yield Bench(ledger, FakeReconciliationStore(ledger), ledger.expire_leases)
        return
    function: Login = request.getfixturevalue("fresh_database")
    database = on_postgres(function)
    yield Bench(
        WholeLedger(database, LEASE_SECONDS),
        PostgresReconciliationStore(database),
        lambda: expire_on_postgres(database),
    )
    database.close()


def test_the_rows_of_a_page_are_found_by_identity(bench: Bench) -> None:
    hostile = an_upload('\'); DROP TABLE \\ {"a": 1}\n日本.csv')
    final, other = an_upload(version_id="v2"), an_upload(version_id="v3")
    bench.claim(hostile)
    bench.ledger.mark_sent(bench.commit(final), "sns-1")
    bench.claim(other)
    absent = an_upload("absent.csv")
    found = bench.store.lookup(BUCKET, [identity(each) for each in (hostile, final, absent)])
    assert set(found) == {(hostile.key, "v1"), (final.key, "v2")}
    at_work = found[hostile.key, "v1"]
    assert (at_work.upload, at_work.held_until is None, at_work.is_final) == (
        hostile,
        False,
        False,
    )
    row = found[final.key, "v2"]
    assert (row.status, row.rows_count, row.sha256) == (Status.SUCCESS, 2, GOOD.content.sha256)
    assert row.agrees_with(GOOD)
    assert (row.unsent, row.held_until, row.duration_ms) == (False, None, 12)
    assert (row.attempt, row.notified_at is None) == (1, False)
    assert at_work.notified_at is None
    assert row.receipt_key == receipt_key(final)
    assert bench.store.lookup("another-bucket", [identity(final)]) == {}
    assert bench.store.lookup(BUCKET, []) == {}


def test_a_key_that_the_ledger_cannot_hold_has_no_row(bench: Bench) -> None:
    assert bench.store.lookup(BUCKET, [("a\0.csv", "v1"), ("a.csv", "v\0")]) == {}


def test_what_nobody_is_at_work_on_is_stranded(bench: Bench) -> None:
    bench.claim(an_upload("crashed.csv"))
    bench.commit(an_upload("unsent.csv"))
    bench.ledger.mark_sent(bench.commit(an_upload("sent.csv")), "sns-1")
    assert bench.store.stranded(BUCKET, after=0, limit=9) == []
    bench.expire_leases()
    crashed, unsent = bench.store.stranded(BUCKET, after=0, limit=9)
    assert (crashed.upload.key, crashed.held_until, crashed.unsent) == ("crashed.csv", None, False)
    assert (unsent.upload.key, unsent.unsent, unsent.is_final) == ("unsent.csv", True, True)
    assert bench.store.stranded(BUCKET, after=0, limit=1) == [crashed]
    assert bench.store.stranded(BUCKET, after=crashed.id, limit=9) == [unsent]
    assert bench.store.stranded(BUCKET, after=unsent.id, limit=9) == []
    assert bench.store.stranded("another-bucket", after=0, limit=9) == []


def test_the_oldest_row_without_an_outcome(bench: Bench) -> None:
    assert bench.store.oldest_unfinished(BUCKET) is None
    late = an_upload("late.csv")
    early = replace(late, key="early.csv", received_at=late.received_at - timedelta(hours=1))
    bench.commit(replace(early, key="done.csv"))
    bench.claim(late)
    bench.claim(replace(early, key="early.csv"))
    assert bench.store.oldest_unfinished(BUCKET) == early.received_at


def test_the_version_of_a_backup_that_was_copied_again_is_noted(bench: Bench) -> None:
    bench.commit(an_upload())
    (row,) = (each.row for each in bench.ledger.histories(limit=1))
    bench.store.record_backup(row.id, "b-2")
    (again,) = (each.row for each in bench.ledger.histories(limit=1))
    assert again == replace(row, backup_version_id="b-2")


def test_a_pass_goes_on_where_it_was_saved(bench: Bench) -> None:
    first = bench.store.open_pass()
    assert (first.run, first.cursor, first.swept, first.ended_at) == (1, Cursor(), None, None)
    first.cursor = Cursor("a b/ä\0%2F.csv", "v1")
    first.swept = 7
    first.totals.received = 2
    first.totals.verdicts[Verdict.MISSING] = 1
    first.totals.repaired[RepairKind.RECEIPT] = 1
    first.totals.problems.append(Problem("ä.csv", "v1", "gone"))
    first.totals.oldest_open = first.began_at
    bench.store.save_pass(first)
    second = bench.store.open_pass()
    assert second == replace(first, run=2)
    with pytest.raises(FaultError, match="LEASE_LOST"):
        bench.store.save_pass(first)
    assert bench.store.complete_through() is None
    second.ended_at, second.complete_through = second.began_at, an_upload().received_at
    bench.store.save_pass(second)
    with pytest.raises(FaultError, match="LEASE_LOST"):
        bench.store.save_pass(second)
    assert bench.store.complete_through() == an_upload().received_at
    third = bench.store.open_pass()
    assert (third.id > second.id, third.run, third.totals.received) == (True, 1, 0)


# What PostgreSQL alone can show.


@pytest.mark.parametrize(
    "statement", ["DELETE FROM reconcile_pass", "UPDATE reconcile_pass SET began_at = now()"]
)
def test_the_functions_role_rewrites_no_pass(fresh_database: Login, statement: str) -> None:
    connection = fresh_database.connect()
    try:
        with pytest.raises(pg8000.native.DatabaseError) as raised:
            connection.run(statement)
    finally:
        connection.close()
    detail: dict[str, Any] = raised.value.args[0]
    assert detail["C"] == "42501"  # insufficient_privilege
