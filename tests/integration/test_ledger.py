"""One set of tests for the ledger in PostgreSQL and for its fake in memory."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pg8000.native
import pytest

from rowledger.functions.adapters.postgres.ledger import PostgresLedger
from rowledger.functions.adapters.postgres.reconciliation import PostgresReconciliationStore
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.ledger import Claim, Finished, InProgress
from rowledger.functions.domain.notification import PendingNotification
from rowledger.functions.domain.outcome import Status, record_of
from rowledger.local.provisioning.database_logins import Login
from tests.integration.ledger_bench import (
    BAD,
    GOOD,
    LEASE_SECONDS,
    Bench,
    WholeLedger,
    claimed,
    committed,
    on_postgres,
)
from tests.unit.builders import RECEIVED, an_upload


def test_a_claim_commit_and_send(bench: Bench) -> None:
    claim = claimed(bench, an_upload("Größe + 日本.csv"))
    assert (claim.attempt, claim.backup_key) == (
        1,
        "backup/20261122T091500.250Z_Größe + 日本.csv",
    )
    pending = committed(bench, claim)
    bench.ledger.mark_sent(pending, "sns-1")
    (found,) = bench.ledger.histories(limit=5)
    row = found.row
    assert (row.id, row.filename, row.status) == (claim.file_id, "Größe + 日本.csv", "SUCCESS")
    assert (row.rows_count, row.columns_count, row.file_size_bytes) == (2, 2, 12)
    assert row.sha256 == GOOD.content.sha256
    assert row.dialect == record_of(GOOD).dialect
    assert row.error is None
    assert row.notified_at is not None
    assert [(a["attempt"], a["result"]) for a in found.attempts] == [(1, "SUCCESS")]


def test_a_rejection_has_its_reason_and_no_rows(bench: Bench) -> None:
    committed(bench, claimed(bench, an_upload()), BAD)
    (found,) = bench.ledger.histories(limit=5)
    row = found.row
    assert (row.status, row.rows_count) == ("FAILED", None)
    assert row.error is not None
    assert row.error["code"] == "UNTERMINATED_QUOTE"
    assert row.error["line"] == 2


def test_a_finished_upload_is_not_claimed_again(bench: Bench) -> None:
    claim = claimed(bench, an_upload())
    committed(bench, claim)
    assert bench.ledger.claim(an_upload(), "r2") == Finished(claim.file_id, Status.SUCCESS)


def test_a_held_upload_is_in_progress_for_others(bench: Bench) -> None:
    claimed(bench, an_upload())
    standing = bench.ledger.claim(an_upload(), "r2")
    assert isinstance(standing, InProgress)
    assert isinstance(standing.until, datetime)


def test_the_same_request_takes_its_own_claim_over(bench: Bench) -> None:
    first = claimed(bench, an_upload())
    second = claimed(bench, an_upload())
    assert second == replace(first, attempt=2)


def test_an_expired_claim_is_taken_over_and_its_holder_fenced_off(bench: Bench) -> None:
    slow = claimed(bench, an_upload())
    bench.expire_leases()
    taken = claimed(bench, an_upload(), "r2")
    assert taken == replace(slow, attempt=2)
    with pytest.raises(FaultError) as raised:
        committed(bench, slow, BAD)
    assert raised.value.code is FaultCode.LEASE_LOST
    bench.ledger.release(slow, FaultCode.STORAGE)
    committed(bench, taken)
    with pytest.raises(FaultError, match="LEASE_LOST"):
        committed(bench, slow, BAD)
    (found,) = bench.ledger.histories(limit=5)
    row = found.row
    assert (row.status, row.attempt, row.rows_count) == ("SUCCESS", 2, 2)


def test_an_expired_claim_commits_nothing_even_before_it_is_taken_over(bench: Bench) -> None:
    slow = claimed(bench, an_upload())
    bench.expire_leases()
    with pytest.raises(FaultError, match="LEASE_LOST"):
        committed(bench, slow)


def test_a_released_claim_is_free_and_keeps_its_history(bench: Bench) -> None:
    first = claimed(bench, an_upload())
    bench.ledger.release(first, FaultCode.STORAGE)
    second = claimed(bench, an_upload(), "r2")
    committed(bench, second)
    (found,) = bench.ledger.histories(limit=5)
    assert [(a["attempt"], a["result"]) for a in found.attempts] == [(1, "STORAGE"), (2, "SUCCESS")]


def test_a_release_after_a_commit_changes_nothing(bench: Bench) -> None:
    claim = claimed(bench, an_upload())
    committed(bench, claim)
    # As when the commit's answer was lost: the attempt thinks it failed.
    bench.ledger.release(claim, FaultCode.DATABASE_UNAVAILABLE)
    (found,) = bench.ledger.histories(limit=5)
    row = found.row
    assert (row.status, [a["result"] for a in found.attempts]) == ("SUCCESS", ["SUCCESS"])


def test_versions_of_one_millisecond_get_backup_keys_of_their_own(bench: Bench) -> None:
    one = claimed(bench, an_upload(version_id="v1"))
    two = claimed(bench, an_upload(version_id="v2"))
    assert one.backup_key != two.backup_key
    assert claimed(bench, an_upload(version_id="v2")).backup_key == two.backup_key


def test_an_unsent_notification_is_found_once_its_publisher_is_gone(bench: Bench) -> None:
    claim = claimed(bench, an_upload())
    pending = committed(bench, claim)
    assert isinstance(bench.ledger.pending_notification(claim.file_id, "r2"), InProgress)
    assert bench.ledger.pending_notification(claim.file_id, "r1") == pending
    bench.ledger.release_notification(pending)
    assert bench.ledger.pending_notification(claim.file_id, "r2") == replace(
        pending, request_id="r2"
    )
    bench.ledger.mark_sent(pending, "sns-1")
    assert bench.ledger.pending_notification(claim.file_id, "r3") is None


def test_a_publisher_whose_time_is_over_gives_up_nobody_elses_right(bench: Bench) -> None:
    claim = claimed(bench, an_upload())
    slow = committed(bench, claim)
    bench.expire_leases()
    taken = bench.ledger.pending_notification(claim.file_id, "r2")
    assert isinstance(taken, PendingNotification)
    bench.ledger.release_notification(slow)
    assert isinstance(bench.ledger.pending_notification(claim.file_id, "r3"), InProgress)
    bench.ledger.release_notification(taken)
    assert isinstance(bench.ledger.pending_notification(claim.file_id, "r3"), PendingNotification)


def test_what_is_on_record_as_sent_stays_when_it_is_sent_again(bench: Bench) -> None:
    pending = committed(bench, claimed(bench, an_upload()))
    bench.ledger.mark_sent(pending, "sns-1")
    (before,) = bench.ledger.histories(limit=5)
    # As a publisher does whose time was over before it came to mark what it had sent.
    bench.ledger.mark_sent(pending, "sns-2")
    (after,) = bench.ledger.histories(limit=5)
    assert before.row.notified_at is not None
    assert after.row.notified_at == before.row.notified_at


def test_files_are_listed_newest_first(bench: Bench) -> None:
    for number in range(3):
        claimed(bench, an_upload(f"{number}.csv"))
    assert [each.row.filename for each in bench.ledger.histories(limit=2)] == ["2.csv", "1.csv"]
    assert [each.row.filename for each in bench.ledger.histories(limit=9, key="0.csv")] == ["0.csv"]


def test_the_latest_version_is_the_one_received_last_whichever_event_came_last(
    bench: Bench,
) -> None:
    claimed(bench, an_upload(version_id="new", received_at=RECEIVED + timedelta(seconds=1)))
    claimed(bench, an_upload(version_id="old"))
    (found,) = bench.ledger.histories(limit=1, key="orders.csv")
    row = found.row
    assert row.version_id == "new"


# What PostgreSQL alone can show.


def test_nothing_of_a_key_reaches_the_sql(fresh_database: Login) -> None:
    database = on_postgres(fresh_database)
    ledger = WholeLedger(database, LEASE_SECONDS)
    hostile = "'); DROP TABLE file_metadata; --:key $1 %s {}.csv"
    assert isinstance(ledger.claim(an_upload(hostile), "r1"), Claim)
    assert ledger.histories(limit=1)[0].row.filename == hostile
    database.close()


def test_each_attempt_has_the_version_that_made_it(fresh_database: Login) -> None:
    database = on_postgres(fresh_database)
    upload = an_upload()
    old = WholeLedger(database, LEASE_SECONDS)
    claim = old.claim(upload, "r1")
    assert isinstance(claim, Claim)
    old.release(claim, FaultCode.STORAGE)
    for version in ("csv-processor:6", "csv-processor:7"):
        claim = WholeLedger(database, LEASE_SECONDS, version).claim(upload, "r1")
        assert isinstance(claim, Claim)
    (found,) = old.histories(limit=1)
    # The first is of a version that does not say which it is.
    assert [each["function_version"] for each in found.attempts] == [
        None,
        "csv-processor:6",
        "csv-processor:7",
    ]
    store = PostgresReconciliationStore(database)
    assert store.attempt_version(claim.file_id, 3) == "csv-processor:7"
    assert store.attempt_version(claim.file_id, 1) is None
    assert store.attempt_version(claim.file_id, 4) is None
    database.close()


def test_the_longest_identity_fits_its_index(fresh_database: Login) -> None:
    database = on_postgres(fresh_database)
    ledger = PostgresLedger(database, LEASE_SECONDS)
    upload = an_upload("ä" * 512, version_id="v" * 1024, bucket="b" * 63)
    assert isinstance(ledger.claim(upload, "r1"), Claim)
    database.close()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM file_metadata",
        "TRUNCATE file_metadata",
        "DROP TABLE file_metadata",
        "ALTER TABLE file_metadata ADD COLUMN x INT",
        "UPDATE file_metadata SET filename = 'another.csv'",
        "UPDATE file_metadata SET version_id = 'v9'",
        "UPDATE notification SET body = 'another'",
        "UPDATE file_attempt SET function_version = 'csv-processor:9'",
        "DELETE FROM notification",
        "DELETE FROM file_attempt",
        "CREATE TABLE mine (id INT)",
        "SELECT * FROM schema_migration",
    ],
)
def test_the_functions_role_can_only_keep_the_ledger(fresh_database: Login, statement: str) -> None:
    connection = fresh_database.connect()
    try:
        with pytest.raises(pg8000.native.DatabaseError) as raised:
            connection.run(statement)
    finally:
        connection.close()
    detail: dict[str, Any] = raised.value.args[0]
    assert detail["C"] == "42501"  # insufficient_privilege


def test_the_five_columns_are_as_specified(fresh_database: Login) -> None:
    connection = fresh_database.connect()
    columns = connection.run(
        "SELECT column_name, data_type, column_default FROM information_schema.columns"
        " WHERE table_name = 'file_metadata' ORDER BY ordinal_position LIMIT 5"
    )
    connection.close()
    assert [column[:2] for column in columns] == [
        ["id", "integer"],
        ["filename", "text"],
        ["status", "text"],
        ["timestamp", "timestamp with time zone"],
        ["rows_count", "bigint"],
    ]
    assert "nextval" in json.dumps(columns[0])


def test_an_attempt_learns_how_those_before_it_ended(bench: Bench) -> None:
    first = claimed(bench, an_upload(), "r1")
    bench.ledger.release(first, FaultCode.STORAGE)
    claimed(bench, an_upload(), "r2")
    bench.expire_leases()
    third = claimed(bench, an_upload(), "r3")
    earlier = bench.ledger.earlier_attempts(third, limit=9)
    assert [each.result for each in earlier.attempts] == [None, "STORAGE"]
    assert earlier.attempts[1].started_at <= earlier.attempts[0].started_at <= earlier.at
    assert not earlier.others_read
    assert len(bench.ledger.earlier_attempts(third, limit=1).attempts) == 1


def test_an_attempt_learns_whether_a_later_upload_was_read(bench: Bench) -> None:
    bench.ledger.release(claimed(bench, an_upload(), "r1"), FaultCode.STORAGE)
    second = claimed(bench, an_upload(), "r2")
    old = an_upload("old.csv", "v2")
    committed(bench, claimed(bench, old, "r3"), message_id="m-3")
    assert not bench.ledger.earlier_attempts(second, limit=9).others_read
    soon = bench.ledger.earlier_attempts(second, limit=9).at
    new = an_upload("new.csv", "v3", received_at=soon)
    committed(bench, claimed(bench, new, "r4"), message_id="m-4")
    assert bench.ledger.earlier_attempts(second, limit=9).others_read
