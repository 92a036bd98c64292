"""Reconciliation on the whole stack: what an event did not bring is found, repaired and reported.

Other tests share the buckets, so what they leave may be repaired here as well; each test looks at
uploads of its own.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.upload import UploadName
from rowledger.local.stack import Stack
from tests.e2e.cli import Result
from tests.e2e.pipeline import PIPELINE, Pipeline, eventually, no_events
from tests.function_logins import login_in_force

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_s3 import S3Client

INPUT, OUTPUT, BACKUP = (PIPELINE["buckets"][use] for use in ("input", "output", "backup"))
RECONCILER = PIPELINE["functions"]["reconciler"]
CONTENT = b"a,b\n1,2\n3,4\n"

Run = Callable[..., Result]


@pytest.fixture
def settled(stack: Stack, run: Run) -> Run:
    """Commands on a stack in which nothing that other tests left is wrong or in progress."""
    tamper(stack, "UPDATE file_metadata SET lease_expires_at = now() WHERE status = 'PROCESSING'")
    tamper(stack, "UPDATE notification SET lease_expires_at = now() WHERE sent_at IS NULL")
    run("reconcile", "--grace", "0")
    return run


def tamper(stack: Stack, statement: str, **values: Any) -> None:  # noqa: ANN401 -- as the driver takes them
    """Change what nobody may, as the superuser: a trigger keeps outcomes from even the owner."""
    superuser = replace(stack.database.superuser, database=stack.database.owner.database)
    connection = superuser.connect()
    try:
        connection.run(statement, **values)
    finally:
        connection.close()


def unsend(stack: Stack, record: LedgerRow) -> None:
    """As a crash between commit and publishing leaves it, its publisher's lease over."""
    tamper(
        stack,
        "UPDATE notification SET sent_at = NULL, lease_expires_at = now() WHERE file_id = :id",
        id=record.id,
    )


def put_unseen(pipeline: Pipeline, key: str, content: bytes = CONTENT) -> UploadName:
    with no_events(pipeline.stack):
        return pipeline.put(key, content)


def put_crashed(pipeline: Pipeline, key: str) -> UploadName:
    """An upload whose one attempt crashed; its lease holds for an hour."""
    sent = put_unseen(pipeline, key)
    connection = login_in_force(pipeline.stack).connect()
    connection.run("BEGIN")  # a claim and its attempt are of one transaction, or are refused
    connection.run(
        "INSERT INTO file_metadata (filename, status, bucket, version_id, etag, received_at,"
        " claimed_by, lease_expires_at, file_size_bytes, receipt_key, backup_key)"
        " VALUES (:key, 'PROCESSING', :bucket, :version, 'e', now(), 'crashed',"
        " now() + interval '1 hour', 12, :receipt, :backup)",
        key=sent.key,
        bucket=INPUT,
        version=sent.version_id,
        backup=f"backup/{sent.key}",
        receipt=f"receipts/{sent.key}/{sent.version_id}/result.json",
    )
    connection.run(
        "INSERT INTO file_attempt (file_id, attempt, request_id)"
        " SELECT id, 1, 'crashed' FROM file_metadata WHERE version_id = :version",
        version=sent.version_id,
    )
    connection.run("COMMIT")
    connection.close()
    return sent


def report(done: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.out)
    verdicts = ("succeeded", "rejected", "in_flight", "missing")
    assert found["received"] == sum(found[verdict] for verdict in verdicts)
    return found


def is_announced(pipeline: Pipeline, record: LedgerRow) -> None:
    bodies = eventually("its mail", lambda: pipeline.mail_bodies(record.version_id))
    assert len(bodies) == 1


def test_a_bucket_in_order_balances_and_exits_with_0(pipeline: Pipeline, settled: Run) -> None:
    pipeline.take("reconcile/in-order.csv", CONTENT)
    done = settled("reconcile")
    assert (done.status, done.err) == (0, "")
    first, last = done.out.splitlines()
    assert first.startswith("received ")
    assert first.endswith(" + 0 in flight + 0 missing")
    assert last.startswith("complete through 20")
    found = report(settled("reconcile", "--json"))
    assert (found["finished"], found["balanced"], found["offenders"]) == (True, True, [])
    assert not any(found["healed"].values())


def test_an_upload_without_an_event_is_found_processed_and_announced(
    pipeline: Pipeline, settled: Run
) -> None:
    sent = put_unseen(pipeline, "reconcile/unseen.csv")
    found = report(settled("reconcile", "--json"))
    assert found["in_flight"] == 1
    done = settled("reconcile", "--grace", "0", "--dry-run", "--json")
    assert done.status == 1
    assert [
        (each["key"], each["version_id"], each["what"]) for each in report(done)["offenders"]
    ] == [(sent.key, sent.version_id, "it has no ledger row")]
    assert pipeline.rows(sent.key) == []
    done = settled("reconcile", "--grace", "0", "--json")
    assert (done.status, report(done)["healed"]["process"]) == (0, 1)
    record = pipeline.outcome(sent)
    assert (record.status, record.rows_count, record.attempt) == ("SUCCESS", 2, 1)
    assert pipeline.receipt(record)["version_id"] == sent.version_id
    assert pipeline.backup(record) == CONTENT
    is_announced(pipeline, record)


def test_a_crashed_attempt_is_taken_over_after_its_lease(
    pipeline: Pipeline, settled: Run, stack: Stack
) -> None:
    sent = put_crashed(pipeline, "reconcile/crashed.csv")
    found = report(settled("reconcile", "--grace", "0", "--json"))
    assert (found["in_flight"], found["healed"]["take_over"]) == (1, 0)
    tamper(stack, "UPDATE file_metadata SET lease_expires_at = now() WHERE status = 'PROCESSING'")
    found = report(settled("reconcile", "--grace", "0", "--json"))
    assert (found["in_flight"], found["healed"]["take_over"]) == (0, 1)
    record = pipeline.outcome(sent)
    assert (record.status, record.attempt) == ("SUCCESS", 2)
    is_announced(pipeline, record)


def test_an_unsent_notification_is_sent(pipeline: Pipeline, settled: Run, stack: Stack) -> None:
    record = pipeline.take("reconcile/unsent.csv", CONTENT)
    is_announced(pipeline, record)
    unsend(stack, record)
    done = settled("reconcile", "--json")
    assert (done.status, report(done)["healed"]["announce"]) == (0, 1)
    eventually("the mail again", lambda: len(pipeline.mail_bodies(record.version_id)) == 2)
    assert pipeline.rows(record.filename)[0].notified_at is not None


def test_a_deleted_receipt_and_a_deleted_backup_are_restored(
    pipeline: Pipeline, settled: Run, stack: Stack
) -> None:
    record = pipeline.take("reconcile/lost ä+.csv", CONTENT)
    before = pipeline.receipt(record)
    s3: S3Client = stack.client("s3")
    s3.delete_object(Bucket=OUTPUT, Key=record.receipt_key)
    s3.delete_object(Bucket=BACKUP, Key=record.backup_key)
    done = settled("reconcile")
    assert done.status == 0
    assert "its receipt is missing: 1, of which 1 repaired" in done.out
    assert "its backup is missing: 1, of which 1 repaired" in done.out
    after = pipeline.receipt(record)
    assert {**after, "processed_at": before["processed_at"]} == before
    assert pipeline.backup(record) == CONTENT
    (row,) = pipeline.rows(record.filename)
    assert (row.status, row.timestamp, row.attempt) == (record.status, record.timestamp, 1)


def test_a_problem_is_listed_and_exits_with_1(
    pipeline: Pipeline, settled: Run, stack: Stack
) -> None:
    record = pipeline.take("reconcile/problem.csv", CONTENT)
    s3: S3Client = stack.client("s3")
    s3.delete_object(Bucket=OUTPUT, Key=record.receipt_key)
    set_sha256(stack, record, "another")
    try:
        done = settled("reconcile")
    finally:
        set_sha256(stack, record, record.sha256)
    assert done.status == 1
    assert record.filename in done.out
    assert "OUTCOME_DIFFERS" in done.out
    assert settled("reconcile").status == 0


def set_sha256(stack: Stack, record: LedgerRow, sha256: str | None) -> None:
    tamper(
        stack,
        "UPDATE file_metadata SET sha256 = :sha256 WHERE id = :id",
        sha256=sha256,
        id=record.id,
    )


def test_max_heals_ends_the_pass_and_the_next_run_goes_on(pipeline: Pipeline, settled: Run) -> None:
    for number in range(3):
        put_unseen(pipeline, f"reconcile/many-{number}.csv")
    done = settled("reconcile", "--grace", "0", "--max-heals", "2", "--json")
    found = report(done)
    assert (done.status, found["finished"], found["healed"]["process"]) == (1, False, 2)
    assert found["complete_through"] is None
    done = settled("reconcile", "--grace", "0", "--json")
    assert (done.status, report(done)["finished"]) == (0, True)
    assert len(pipeline.rows("reconcile/many-2.csv")) == 1


def test_the_scheduled_function_repairs_and_measures(
    pipeline: Pipeline, settled: Run, stack: Stack
) -> None:
    scheduler = stack.client("scheduler")
    schedule = scheduler.get_schedule(Name=RECONCILER["schedule"]["name"])
    assert schedule["ScheduleExpression"] == RECONCILER["schedule"]["expression"]
    record = pipeline.take("reconcile/scheduled.csv", CONTENT)
    is_announced(pipeline, record)
    s3: S3Client = stack.client("s3")
    s3.delete_object(Bucket=OUTPUT, Key=record.receipt_key)
    s3.delete_object(Bucket=BACKUP, Key=record.backup_key)
    # An hour old, as no object can be made to look: a claim whose attempt crashed.
    crashed = put_crashed(pipeline, "reconcile/scheduled-crashed.csv")
    tamper(
        stack,
        "UPDATE file_metadata SET lease_expires_at = now(),"
        " received_at = now() - interval '1 hour' WHERE status = 'PROCESSING'",
    )
    unsend(stack, record)
    # The same target by the same scheduler, without the wait for the full hour.
    scheduler.create_schedule(
        Name="reconcile-once",
        ScheduleExpression="at(2026-01-01T00:00:00)",
        FlexibleTimeWindow={"Mode": "OFF"},
        ActionAfterCompletion="DELETE",
        Target=schedule["Target"],
    )
    assert pipeline.outcome(crashed).attempt == 2
    eventually("the mail again", lambda: len(pipeline.mail_bodies(record.version_id)) == 2)
    eventually("the receipt", lambda: is_there(s3, OUTPUT, record.receipt_key))
    eventually("the backup", lambda: is_there(s3, BACKUP, record.backup_key))
    received = eventually("its metrics", lambda: metric(stack, "UploadsReceived"))
    assert received >= 2
    assert metric(stack, "CompleteThroughAgeSeconds") is not None


def is_there(s3: "S3Client", bucket: str, key: str) -> bool:
    return bool(s3.list_objects_v2(Bucket=bucket, Prefix=key).get("Contents"))


def metric(stack: Stack, name: str) -> float | None:
    """The largest value that the reconciler's metric had; None where it has none yet."""
    cloudwatch: CloudWatchClient = stack.client("cloudwatch")
    now = datetime.now(UTC)
    points = cloudwatch.get_metric_statistics(
        Namespace="Rowledger",
        MetricName=name,
        Dimensions=[{"Name": "service", "Value": RECONCILER["name"]}],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(minutes=1),
        Period=3600,
        Statistics=["Maximum"],
    )["Datapoints"]
    return max((point["Maximum"] for point in points), default=None)
