"""Replays in PostgreSQL's ledger and in its fake, and who may make them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pg8000.native
import pytest

from rowledger.functions.adapters.postgres import migrations
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.file_pages import FileOrder
from rowledger.functions.domain.ledger import InProgress, LedgerRow
from rowledger.functions.domain.ledger_requests import ListFiles
from rowledger.functions.domain.outcome import Status, Unreadable
from rowledger.functions.domain.rejection import Rejection, RejectionCode
from rowledger.functions.domain.replay import ReplayRequest, ReplaySource
from rowledger.functions.domain.selection import Selection
from rowledger.functions.domain.unreadable import GIVEN_UP
from rowledger.local.provisioning.database_logins import Login
from tests.integration.ledger_bench import (
    BAD,
    GOOD,
    LEASE_SECONDS,
    Bench,
    WholeLedger,
    claimed,
    committed,
    migrate_as,
    on_postgres,
)
from tests.unit.builders import RECEIVED, an_upload

REQUEST = ReplayRequest("ada", "the header setting was wrong", ReplaySource.LEDGER)
FROM_QUEUE = ReplayRequest("ada", "the database is back", ReplaySource.DEAD_LETTERS)


def test_a_reopened_upload_gets_a_second_outcome_and_keeps_the_first(bench: Bench) -> None:
    first = committed(bench, claimed(bench, an_upload()), BAD)
    bench.ledger.mark_sent(first, "sns-1")
    assert bench.operator.reopen([an_upload()], REQUEST) is None
    (found,) = bench.ledger.histories(limit=5)
    row = found.row
    assert (row.status, row.error, row.sha256, row.attempt) == ("PROCESSING", None, None, 1)
    second = committed(bench, claimed(bench, an_upload(), "r2"), GOOD, "m-2")
    (found,) = bench.ledger.histories(limit=5)
    row = found.row
    assert (row.status, row.rows_count, row.attempt, row.notified_at) == ("SUCCESS", 2, 2, None)
    bench.ledger.mark_sent(second, "sns-2")
    (found,) = bench.ledger.histories(limit=5)
    row = found.row
    assert row.notified_at is not None
    assert [(a["attempt"], a["result"]) for a in found.attempts] == [(1, "FAILED"), (2, "SUCCESS")]
    (replay,) = found.replays
    assert (replay["requested_by"], replay["reason"], replay["source"]) == (
        "ada",
        "the header setting was wrong",
        "ledger",
    )
    assert datetime.fromisoformat(replay["requested_at"]) <= row.timestamp
    previous = replay["previous"]
    assert (previous["status"], previous["error"]["code"], previous["attempt"]) == (
        "FAILED",
        "UNTERMINATED_QUOTE",
        1,
    )
    assert previous["sha256"] == BAD.content.sha256
    assert previous["rows_count"] is None


def test_an_upload_that_an_attempt_holds_is_left_alone_with_all_others(bench: Bench) -> None:
    committed(bench, claimed(bench, an_upload("done.csv")))
    claimed(bench, an_upload("held.csv"))
    both = [an_upload("done.csv"), an_upload("held.csv")]
    assert isinstance(bench.operator.reopen(both, REQUEST), InProgress)
    for found in bench.ledger.histories(limit=5):
        row = found.row
        assert found.replays == []
        assert row.status == ("SUCCESS" if row.filename == "done.csv" else "PROCESSING")


@pytest.mark.parametrize("code", [*GIVEN_UP, RejectionCode.OBJECT_ARCHIVED])
def test_an_attempt_is_not_told_of_those_that_gave_the_upload_up(
    bench: Bench, code: RejectionCode
) -> None:
    """Whoever replays it starts from what failed before them."""
    upload = an_upload()
    bench.ledger.release(claimed(bench, upload), FaultCode.STORAGE)
    unread = Unreadable(12, Rejection(code, "It cannot be read."))
    for time in range(2):
        committed(bench, claimed(bench, upload, f"r{time}"), unread, f"m-{time}")
        assert bench.operator.reopen([upload], REQUEST) is None
    first = claimed(bench, upload, "first")
    told = bench.ledger.earlier_attempts(first, limit=3)
    left = [] if code in GIVEN_UP else ["FAILED", "FAILED"]
    assert [each.result for each in told.attempts] == [*left, "STORAGE"]
    assert told.replayed
    bench.ledger.release(first, FaultCode.TIME_UP)
    told = bench.ledger.earlier_attempts(claimed(bench, upload, "next"), limit=2)
    assert [each.result for each in told.attempts] == ["TIME_UP", *left, "STORAGE"][:2]
    assert not told.replayed


def test_an_upload_whose_attempt_ended_has_no_outcome_to_keep(bench: Bench) -> None:
    claim = claimed(bench, an_upload())
    bench.ledger.release(claim, FaultCode.STORAGE)
    assert bench.operator.reopen([an_upload()], REQUEST) is None
    (found,) = bench.ledger.histories(limit=5)
    row = found.row
    assert (row.status, [replay["previous"] for replay in found.replays]) == ("PROCESSING", [None])


def test_an_upload_that_the_ledger_does_not_have_is_not_reopened(bench: Bench) -> None:
    committed(bench, claimed(bench, an_upload()))
    unknown = an_upload("none.csv")
    with pytest.raises(FaultError, match="the ledger has no upload") as refused:
        bench.operator.reopen([an_upload(), unknown], REQUEST)
    assert refused.value.code is FaultCode.MALFORMED_EVENT
    # A dead letter may be of an upload that never came to its row.
    assert bench.operator.reopen([unknown], FROM_QUEUE) is None


def test_a_dead_letter_reopens_nothing(bench: Bench) -> None:
    committed(bench, claimed(bench, an_upload()))
    assert bench.operator.reopen([an_upload()], FROM_QUEUE) is None
    (found,) = bench.ledger.histories(limit=5)
    row = found.row
    assert row.status == "SUCCESS"
    assert [replay["previous"]["status"] for replay in found.replays] == ["SUCCESS"]


def test_a_replay_is_on_record_before_the_upload_has_a_row(bench: Bench) -> None:
    assert bench.operator.reopen([an_upload()], FROM_QUEUE) is None
    claimed(bench, an_upload())
    (found,) = bench.ledger.histories(limit=5)
    assert [replay["reason"] for replay in found.replays] == ["the database is back"]


def test_the_earlier_attempt_can_do_nothing_more_after_a_reopening(bench: Bench) -> None:
    claim = claimed(bench, an_upload())
    committed(bench, claim, BAD)
    bench.operator.reopen([an_upload()], REQUEST)
    with pytest.raises(FaultError, match="LEASE_LOST"):
        committed(bench, claim, GOOD, "m-2")
    # As an attempt does that never learned that its commit went well.
    bench.ledger.release(claim, FaultCode.DATABASE_UNAVAILABLE)
    (found,) = bench.ledger.histories(limit=5)
    assert [attempt["result"] for attempt in found.attempts] == ["FAILED"]


def test_messages_of_both_outcomes_are_sent_the_earlier_first(bench: Bench) -> None:
    first = committed(bench, claimed(bench, an_upload()), BAD)
    bench.operator.reopen([an_upload()], REQUEST)
    claim = claimed(bench, an_upload(), "r2")
    second = committed(bench, claim, GOOD, "m-2")
    assert isinstance(bench.ledger.pending_notification(claim.file_id, "r3"), InProgress)
    bench.expire_leases()
    for expected in (first, second):
        pending = bench.ledger.pending_notification(claim.file_id, "r3")
        assert pending == replace(expected, request_id="r3")
        bench.ledger.mark_sent(expected, "sns")
    assert bench.ledger.pending_notification(claim.file_id, "r3") is None


@pytest.mark.parametrize(
    ("selection", "chosen"),
    [
        (Selection(), ["in/a.csv", "in/b.csv", "out_%.csv"]),
        (Selection(key="in/a.csv"), ["in/a.csv"]),
        (Selection(prefix="in/"), ["in/a.csv", "in/b.csv"]),
        (Selection(prefix="out_%"), ["out_%.csv"]),
        (Selection(prefix="i%"), []),
        (Selection(status=Status.FAILED), ["in/b.csv"]),
        (Selection(status=Status.PROCESSING), ["out_%.csv"]),
        (Selection(since=RECEIVED + timedelta(days=1)), ["in/b.csv", "out_%.csv"]),
        (Selection(until=RECEIVED + timedelta(days=1)), ["in/a.csv"]),
        (Selection(version_id="v1", prefix="in/", status=Status.SUCCESS), ["in/a.csv"]),
    ],
)
def test_rows_are_chosen_the_longest_received_first(
    bench: Bench, selection: Selection, chosen: list[str]
) -> None:
    claimed(bench, an_upload("out_%.csv", received_at=RECEIVED + timedelta(days=2)))
    bad = an_upload("in/b.csv", received_at=RECEIVED + timedelta(days=1))
    committed(bench, claimed(bench, bad), BAD, "m-b")
    committed(bench, claimed(bench, an_upload("in/a.csv")), GOOD, "m-a")
    found = oldest(bench, selection)
    assert [row.filename for row in found] == chosen
    assert [row.held_until is not None for row in found] == [name == "out_%.csv" for name in chosen]
    assert oldest(bench, selection, limit=1) == found[:1]


def test_a_chosen_row_names_the_upload_that_was_received(bench: Bench) -> None:
    claimed(bench, an_upload("Größe + 日本.csv"))
    (row,) = oldest(bench, Selection())
    assert row.upload == an_upload("Größe + 日本.csv")
    assert row.upload.received_at.tzinfo is not None
    assert row.upload.received_at.astimezone(UTC) == RECEIVED


def oldest(bench: Bench, selection: Selection, limit: int = 9) -> list[LedgerRow]:
    request = ListFiles(selection=selection, order=FileOrder.OLDEST, limit=limit)
    return list(bench.operator.reader.list_files(request).rows)


# What PostgreSQL alone can show: the roles.


def test_the_functions_role_can_neither_reopen_nor_record_a_replay(
    fresh_database: Login,
) -> None:
    database = on_postgres(fresh_database)
    ledger = WholeLedger(database, LEASE_SECONDS)
    bench = Bench(ledger, ledger, lambda: None)
    committed(bench, claimed(bench, an_upload()), GOOD)
    with pytest.raises(FaultError, match="42501"):
        ledger.reopen([an_upload()], REQUEST)
    database.close()
    connection = fresh_database.connect()
    for change in (
        "status = 'PROCESSING', rows_count = NULL",
        "status = 'FAILED', rows_count = NULL, error = '{}'",
        "rows_count = 3",
        "sha256 = NULL",
    ):
        with pytest.raises(pg8000.native.DatabaseError, match="ledger row 1 cannot") as raised:
            connection.run(f"UPDATE file_metadata SET {change}")  # noqa: S608 -- given above
        assert raised.value.args[0]["C"] == "42501"
    connection.run("UPDATE file_metadata SET backup_version_id = 'b-2'")
    connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM file_metadata",
        "UPDATE file_metadata SET filename = 'another.csv'",
        "DELETE FROM file_attempt",
        "UPDATE notification SET body = 'another'",
        "DELETE FROM replay",
        "UPDATE replay SET reason = 'another'",
        "ALTER TABLE file_metadata DISABLE TRIGGER file_is_final",
    ],
)
def test_the_operators_role_removes_and_rewrites_no_history(
    operator_of_fresh_database: Login, statement: str
) -> None:
    connection = operator_of_fresh_database.connect()
    try:
        with pytest.raises(pg8000.native.DatabaseError) as raised:
            connection.run(statement)
    finally:
        connection.close()
    assert raised.value.args[0]["C"] == "42501"


def test_the_notifications_of_an_earlier_schema_get_their_rows_attempt(
    empty_database: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = empty_database
    everything = migrations.available()

    def migrate(*only: migrations.Migration) -> None:
        monkeypatch.setattr(migrations, "available", lambda: list(only))
        migrate_as(owner)

    migrate(everything[0])
    connection = owner.connect()
    connection.run(
        "INSERT INTO file_metadata (filename, status, bucket, version_id, etag, received_at,"
        " attempt, claimed_by, lease_expires_at, receipt_key, backup_key, rows_count)"
        " VALUES ('a.csv', 'SUCCESS', 'b', 'v', 'e', now(), 3, 'r', now(), 'r', 'b', 1)"
    )
    connection.run(
        "INSERT INTO notification (file_id, message_id, subject, body, attributes, claimed_by,"
        " lease_expires_at) VALUES (1, 'm', 's', 'b', '{}', 'r', now())"
    )
    migrate(*everything)
    assert connection.run("SELECT message_id, attempt FROM notification") == [["m", 3]]
    connection.close()
