"""Publishes to two SNS topics: mails to the one that people subscribe to, events to the other.

A publish whose answer did not come is not repeated here, as botocore would: SNS may have taken the
message, and each repetition would be one more mail. What SNS refused is.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    IncompleteReadError,
)
from botocore.parsers import ResponseParserError

from rowledger.functions.adapters.aws.clients import error_code, translated
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.notification import Notification
from rowledger.functions.domain.recipients import ATTRIBUTE as RECIPIENTS

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

# Seconds without a byte before a publish is given up.
READ_SECONDS = 5

_PAUSES_SECONDS = (1.0, 2.0)
_THROTTLED = frozenset({"Throttling", "ThrottlingException", "ThrottledException"})
_SERVER_ERROR = 500
# Nothing reached SNS.
_NOT_SENT = (ConnectTimeoutError, EndpointConnectionError)
# It was sent, and no answer came, or none that can be read.
_UNANSWERED = (HTTPClientError, IncompleteReadError, ResponseParserError, OSError)


@dataclass(frozen=True, slots=True)
class SnsNotifier:
    """client: that tries once. topic_arn: for people. events_topic_arn: for programs."""

    client: "SNSClient"
    topic_arn: str
    events_topic_arn: str
    sleep: Callable[[float], None] = time.sleep

    def publish(self, notification: Notification) -> str:
        return self._publish(
            "the notification",
            notification.attributes,
            TopicArn=self.topic_arn,
            Subject=notification.subject,
            Message=notification.body,
        )

    def publish_event(self, notification: Notification) -> str:
        # Programs filter by status and source; who gets the mail says nothing to them.
        attributes = {
            name: value for name, value in notification.attributes.items() if name != RECIPIENTS
        }
        return self._publish(
            "the event",
            attributes,
            TopicArn=self.events_topic_arn,
            Message=notification.event or "",
        )

    def _publish(self, what: str, attributes: dict[str, str], **message: str) -> str:
        for pause in _PAUSES_SECONDS:
            try:
                return self._publish_once(what, attributes, message)
            except FaultError as fault:
                if not _may_be_repeated(fault.__cause__):
                    raise
            self.sleep(pause)
        return self._publish_once(what, attributes, message)

    def _publish_once(self, what: str, attributes: dict[str, str], message: dict[str, str]) -> str:
        with translated(FaultCode.NOTIFICATION, f"publishing {what}"):
            try:
                answer = self.client.publish(
                    **message,
                    MessageAttributes={
                        name: {
                            "DataType": "String.Array" if name == RECIPIENTS else "String",
                            "StringValue": value,
                        }
                        for name, value in attributes.items()
                    },
                )
            except _NOT_SENT:
                raise
            except _UNANSWERED as error:
                raise FaultError(
                    FaultCode.NOTIFICATION_UNANSWERED,
                    f"publishing {what}: {type(error).__name__}, so that it may have been sent",
                ) from error
        return answer["MessageId"]


def _may_be_repeated(error: BaseException | None) -> bool:
    """Whether SNS certainly published nothing, and may do so the next time."""
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return status >= _SERVER_ERROR or error_code(error) in _THROTTLED
    return isinstance(error, _NOT_SENT)
