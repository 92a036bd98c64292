"""Puts the AWS/SQS metric for the number of messages in a queue, as the emulator does not.

It is put whenever it changes, and again and again, as an alarm that ignores missing data keeps its
state until it sees a good number.
"""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from rowledger.local.emulator_clients import EmulatorClients

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_sqs import SQSClient

METRIC = "ApproximateNumberOfMessagesVisible"
# Well within an alarm's period of a minute.
_REPEAT_SECONDS = 20.0


class QueueMetrics:
    """Watches one queue."""

    def __init__(
        self, aws: EmulatorClients, queue_name: str, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._sqs: SQSClient = aws.client("sqs")
        self._cloudwatch: CloudWatchClient = aws.client("cloudwatch")
        self._queue_name = queue_name
        self._monotonic = monotonic
        self._last = 0
        self._repeat_at = 0.0

    def run_once(self) -> None:
        """Look at the queue and put what is due; raise botocore's errors."""
        visible = self._visible()
        now = self._monotonic()
        if visible == self._last and now < self._repeat_at:
            return
        self._cloudwatch.put_metric_data(
            Namespace="AWS/SQS",
            MetricData=[
                {
                    "MetricName": METRIC,
                    "Dimensions": [{"Name": "QueueName", "Value": self._queue_name}],
                    "Unit": "Count",
                    "Value": visible,
                }
            ],
        )
        self._last, self._repeat_at = visible, now + _REPEAT_SECONDS

    def _visible(self) -> int:
        url = self._sqs.get_queue_url(QueueName=self._queue_name)["QueueUrl"]
        found = self._sqs.get_queue_attributes(
            QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"]
        )
        return int(found["Attributes"]["ApproximateNumberOfMessages"])
