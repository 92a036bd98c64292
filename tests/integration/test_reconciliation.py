"""One set of tests for what reconciliation reads of PostgreSQL and of its twin in memory."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pg8000.native
import pytest

from rowledger.functions.adapters.postgres.ledger import PostgresLedger
from rowledger.functions.adapters.postgres.reconciliation import PostgresReconciliation
from rowledger.functions.domain.errors import FaultError
from rowledger.functions.domain.keys import receipt_key
from rowledger.functions.domain.ledger import Claim
from rowledger.functions.domain.notification import PendingNotification
from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.reconciliation import Cursor, Heal, Offender, Verdict
from rowledger.functions.domain.upload import Upload
from rowledger.functions.ports.ledger import Ledger
from rowledger.functions.ports.reconciliation import Identity, Reconciliation
from rowledger.local.provisioning.database_logins import Login
from tests.fakes.ledger import MemoryLedger
from tests.fakes.reconciliation import MemoryReconciliation
from tests.integration.ledger_bench import (
    GOOD,
    LEASE_SECONDS,
    a_notification,
    expire_in_memory,
    expire_on_postgres,
    on_postgres,
)
from tests.unit.builders import BUCKET, an_upload


@dataclass
class Bench:
    ledger: Ledger
    reconciliation: Reconciliation
    expire_leases: Callable[[], None]

    def claim(self, upload: Upload) -> Claim:
        standing = self.ledger.claim(upload, "r1")
        assert isinstance(standing, Claim)
        return standing

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
        ledger = MemoryLedger(LEASE_SECONDS)
        yield Bench(ledger, MemoryReconciliation(ledger), lambda: expire_in_memory(ledger))
        return
    function: Login = request.getfixturevalue("fresh_database")
    database = on_postgres(function)
    yield Bench(
        PostgresLedger(database, LEASE_SECONDS),
        PostgresReconciliation(database),
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
    found = bench.reconciliation.lookup(
        BUCKET, [identity(each) for each in (hostile, final, absent)]
    )
    assert set(found) == {(hostile.key, "v1"), (final.key, "v2")}
    at_work = found[hostile.key, "v1"]
    assert (at_work.upload, at_work.held, at_work.is_final) == (hostile, True, False)
    entry = found[final.key, "v2"]
    assert (entry.status, entry.rows_count, entry.sha256) == (Status.SUCCESS, 2, GOOD.sha256)
    assert entry.agrees_with(GOOD)
    assert (entry.unsent, entry.held, entry.duration_ms) == (False, False, 12)
    assert (entry.attempt, entry.announced) == (1, True)
    assert not at_work.announced
    assert entry.receipt_key == receipt_key(final)
    assert bench.reconciliation.lookup("another-bucket", [identity(final)]) == {}
    assert bench.reconciliation.lookup(BUCKET, []) == {}


def test_a_key_that_the_ledger_cannot_hold_has_no_row(bench: Bench) -> None:
    assert bench.reconciliation.lookup(BUCKET, [("a\0.csv", "v1"), ("a.csv", "v\0")]) == {}


def test_what_nobody_is_at_work_on_is_stranded(bench: Bench) -> None:
    bench.claim(an_upload("crashed.csv"))
    bench.commit(an_upload("unsent.csv"))
    bench.ledger.mark_sent(bench.commit(an_upload("sent.csv")), "sns-1")
    assert bench.reconciliation.stranded(BUCKET, after=0, limit=9) == []
    bench.expire_leases()
    crashed, unsent = bench.reconciliation.stranded(BUCKET, after=0, limit=9)
    assert (crashed.upload.key, crashed.held, crashed.unsent) == ("crashed.csv", False, False)
    assert (unsent.upload.key, unsent.unsent, unsent.is_final) == ("unsent.csv", True, True)
    assert bench.reconciliation.stranded(BUCKET, after=0, limit=1) == [crashed]
    assert bench.reconciliation.stranded(BUCKET, after=crashed.file_id, limit=9) == [unsent]
    assert bench.reconciliation.stranded(BUCKET, after=unsent.file_id, limit=9) == []
    assert bench.reconciliation.stranded("another-bucket", after=0, limit=9) == []


def test_the_oldest_row_without_an_outcome(bench: Bench) -> None:
    assert bench.reconciliation.oldest_unfinished(BUCKET) is None
    late = an_upload("late.csv")
    early = replace(late, key="early.csv", received_at=late.received_at - timedelta(hours=1))
    bench.commit(replace(early, key="done.csv"))
    bench.claim(late)
    bench.claim(replace(early, key="early.csv"))
    assert bench.reconciliation.oldest_unfinished(BUCKET) == early.received_at


def test_the_version_of_a_backup_that_was_made_again_is_noted(bench: Bench) -> None:
    bench.commit(an_upload())
    (row,) = bench.ledger.files(limit=1)
    bench.reconciliation.record_backup(row.id, "b-2")
    assert bench.ledger.files(limit=1) == [replace(row, backup_version_id="b-2")]


def test_a_pass_goes_on_where_it_was_saved(bench: Bench) -> None:
    first = bench.reconciliation.open_pass()
    assert (first.run, first.cursor, first.swept, first.ended_at) == (1, Cursor(), None, None)
    first.cursor = Cursor("a b/ä\0%2F.csv", "v1")
    first.swept = 7
    first.totals.received = 2
    first.totals.verdicts[Verdict.MISSING] = 1
    first.totals.healed[Heal.RECEIPT] = 1
    first.totals.offenders.append(Offender("ä.csv", "v1", "gone"))
    first.totals.open_since(first.began_at)
    bench.reconciliation.save_pass(first)
    second = bench.reconciliation.open_pass()
    assert second == replace(first, run=2)
    with pytest.raises(FaultError, match="LEASE_LOST"):
        bench.reconciliation.save_pass(first)
    assert bench.reconciliation.complete_through() is None
    second.ended_at, second.complete_through = second.began_at, an_upload().received_at
    bench.reconciliation.save_pass(second)
    with pytest.raises(FaultError, match="LEASE_LOST"):
        bench.reconciliation.save_pass(second)
    assert bench.reconciliation.complete_through() == an_upload().received_at
    third = bench.reconciliation.open_pass()
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
