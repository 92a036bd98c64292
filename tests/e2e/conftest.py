"""What the tests of the whole stack share."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from rowledger.local.health import failed_events
from rowledger.local.stack import Stack
from tests.e2e.pipeline import PIPELINE, eventually

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_sqs import SQSClient

FAILURES = "csv-processor-failures"


@pytest.fixture(autouse=True)
def _full_mail_budget(stack: Stack) -> None:
    """What an earlier test spent makes no mail of this one wait for a digest."""
    login = replace(stack.database.superuser, database=stack.database.owner.database)
    connection = login.connect()
    try:
        connection.run("UPDATE mail_budget SET spent_until = now()")
    finally:
        connection.close()


@pytest.fixture
def empty_queue(stack: Stack) -> Iterator[str]:
    """The failure queue's address, with nothing in it and no alarm that other tests left."""
    sqs: SQSClient = stack.client("sqs")
    url = sqs.get_queue_url(QueueName=PIPELINE["failure_queue"]["name"])["QueueUrl"]
    sqs.purge_queue(QueueUrl=url)
    eventually("an empty failure queue", lambda: failed_events(stack) == 0)
    cloudwatch: CloudWatchClient = stack.client("cloudwatch")
    cloudwatch.set_alarm_state(AlarmName=FAILURES, StateValue="OK", StateReason="a test begins")
    yield url
    sqs.purge_queue(QueueUrl=url)
