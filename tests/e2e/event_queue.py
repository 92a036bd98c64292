"""A queue that gets the pipeline's events, as a program would subscribe one."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rowledger.local.stack import Stack
from tests.e2e.pipeline import PIPELINE

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient


@dataclass
class EventQueue:
    """received: every event since it was opened, as text, by its message id."""

    stack: Stack
    name: str
    url: str = ""
    subscription: str = ""
    opened_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    received: dict[str, list[str]] = field(default_factory=dict)

    def open(self) -> None:
        """Make the queue and subscribe it, without SNS's envelope."""
        sqs: SQSClient = self.stack.client("sqs")
        sns: SNSClient = self.stack.client("sns")
        self.url = sqs.create_queue(QueueName=self.name)["QueueUrl"]
        found = sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])
        queue = found["Attributes"]["QueueArn"]
        topic = sns.create_topic(Name=PIPELINE["events_topic"])["TopicArn"]
        allowed = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": queue,
            "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        sqs.set_queue_attributes(QueueUrl=self.url, Attributes={"Policy": policy})
        self.subscription = sns.subscribe(
            TopicArn=topic,
            Protocol="sqs",
            Endpoint=queue,
            Attributes={"RawMessageDelivery": "true"},
            ReturnSubscriptionArn=True,
        )["SubscriptionArn"]
        self.opened_at = datetime.now(UTC)

    def drain(self) -> dict[str, list[str]]:
        """Take what has come; return all that came so far."""
        sqs: SQSClient = self.stack.client("sqs")
        while messages := sqs.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=10, WaitTimeSeconds=0
        ).get("Messages", []):
            for message in messages:
                event: dict[str, Any] = json.loads(message["Body"])
                self.received.setdefault(event["message_id"], []).append(message["Body"])
                sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return self.received

    def close(self) -> None:
        sns: SNSClient = self.stack.client("sns")
        sns.unsubscribe(SubscriptionArn=self.subscription)
        sqs: SQSClient = self.stack.client("sqs")
        sqs.delete_queue(QueueUrl=self.url)
