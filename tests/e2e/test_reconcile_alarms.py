"""What the scheduled reconciler measures raises its alarms, through the real way of a metric."""

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.upload import UploadName
from rowledger.local.stack import Stack
from tests.e2e.cli import Result
from tests.e2e.pipeline import PIPELINE, Pipeline, eventually
from tests.e2e.test_reconcile import OUTPUT, metric, put_crashed, set_sha256, tamper

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client

AGE = "csv-reconciler-age"
OFFENDERS = "csv-reconciler-offenders"
THRESHOLD_SECONDS = PIPELINE["alarms"][AGE]["threshold"]


@pytest.fixture
def held(pipeline: Pipeline, stack: Stack, run: Callable[..., Result]) -> Iterator[UploadName]:
    """An upload that somebody has been holding since before the alarm's threshold."""
    sent = put_crashed(pipeline, "reconcile/held-for-hours.csv")
    tamper(
        stack,
        "UPDATE file_metadata SET received_at = now() - make_interval(secs => :age)"
        " WHERE version_id = :version",
        age=THRESHOLD_SECONDS + 3600,
        version=sent.version_id,
    )
    yield sent
    tamper(stack, "UPDATE file_metadata SET lease_expires_at = now() WHERE status = 'PROCESSING'")
    run("reconcile", "--grace", "0")


@pytest.fixture
def unmendable(pipeline: Pipeline, stack: Stack, run: Callable[..., Result]) -> Iterator[LedgerRow]:
    """An upload with an outcome whose receipt is gone and cannot be made again as it was."""
    record = pipeline.take("reconcile/unmendable.csv", b"a\n1\n")
    s3: S3Client = stack.client("s3")
    s3.delete_object(Bucket=OUTPUT, Key=record.receipt_key)
    set_sha256(stack, record, "another")
    yield record
    set_sha256(stack, record, record.sha256)
    run("reconcile")


def raised_and_mailed_by_a_run(pipeline: Pipeline, stack: Stack, alarm: str) -> None:
    cloudwatch: CloudWatchClient = stack.client("cloudwatch")
    cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="OK", StateReason="a test begins")
    mails = len(pipeline.mail_subjects(alarm))
    reconciler: LambdaClient = stack.client("lambda")

    def alarmed_by_a_run() -> bool:
        # More than one: on a busy machine the emulator gives a run's last lines to the next.
        function = PIPELINE["functions"]["reconciler"]
        answer = reconciler.invoke(
            FunctionName=function["name"],
            Qualifier=PIPELINE["alias"],
            Payload=json.dumps(function["schedule"]["input"]).encode(),
        )
        assert "FunctionError" not in answer, answer["Payload"].read()
        return pipeline.alarm(alarm) == "ALARM"

    eventually("the alarm", alarmed_by_a_run)
    eventually("its mail", lambda: len(pipeline.mail_subjects(alarm)) > mails)


def test_what_cannot_be_repaired_raises_the_offenders_alarm_though_nothing_is_missing(
    pipeline: Pipeline, stack: Stack, unmendable: LedgerRow
) -> None:
    raised_and_mailed_by_a_run(pipeline, stack, OFFENDERS)
    assert [row.status for row in pipeline.rows(unmendable.filename)] == ["SUCCESS"]


def test_a_pass_that_speaks_only_for_old_uploads_raises_the_age_alarm(
    pipeline: Pipeline, stack: Stack, held: UploadName
) -> None:
    raised_and_mailed_by_a_run(pipeline, stack, AGE)
    age = metric(stack, PIPELINE["alarms"][AGE]["metric"])
    assert age is not None
    assert age > THRESHOLD_SECONDS + 3600
    assert [row.status for row in pipeline.rows(held.key)] == ["PROCESSING"]
