"""What the scheduled reconciler measures raises its alarms, through the real way of a metric."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from rowledger.entrypoints.cli.following import Sent
from rowledger.local.stack import Stack
from tests.e2e.cli import Result
from tests.e2e.pipeline import PIPELINE, Pipeline, eventually
from tests.e2e.test_reconcile import metric, put_crashed, tamper

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_lambda import LambdaClient

AGE = "csv-reconciler-age"
THRESHOLD_SECONDS = PIPELINE["alarms"][AGE]["threshold"]


@pytest.fixture
def held(pipeline: Pipeline, stack: Stack, run: Callable[..., Result]) -> Iterator[Sent]:
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


def test_a_pass_that_speaks_only_for_old_uploads_raises_the_age_alarm(
    pipeline: Pipeline, stack: Stack, held: Sent
) -> None:
    cloudwatch: CloudWatchClient = stack.client("cloudwatch")
    cloudwatch.set_alarm_state(AlarmName=AGE, StateValue="OK", StateReason="a test begins")
    mails = len(pipeline.mail_subjects(AGE))
    reconciler: LambdaClient = stack.client("lambda")

    def alarmed_by_a_run() -> bool:
        # More than one: on a busy machine the emulator gives a run's last lines to the next.
        reconciler.invoke(FunctionName=PIPELINE["reconciler"]["name"])
        return pipeline.alarm(AGE) == "ALARM"

    eventually("the alarm", alarmed_by_a_run)
    eventually("its mail", lambda: len(pipeline.mail_subjects(AGE)) > mails)
    age = metric(stack, PIPELINE["alarms"][AGE]["metric"])
    assert age is not None
    assert age > THRESHOLD_SECONDS + 3600
    assert [row.status for row in pipeline.rows(held.key)] == ["PROCESSING"]
