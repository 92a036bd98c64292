"""Publishes to an SNS topic, whose subscribers get the mail."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rowledger.functions.adapters.aws.clients import translated
from rowledger.functions.domain.faults import FaultCode
from rowledger.functions.domain.notification import Notification

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient


@dataclass(frozen=True, slots=True)
class SnsNotifier:
    client: "SNSClient"
    topic_arn: str

    def publish(self, notification: Notification) -> str:
        with translated(FaultCode.NOTIFICATION, "publishing the notification"):
            answer = self.client.publish(
                TopicArn=self.topic_arn,
                Subject=notification.subject,
                Message=notification.body,
                MessageAttributes={
                    name: {"DataType": "String", "StringValue": value}
                    for name, value in notification.attributes.items()
                },
            )
        return answer["MessageId"]
