"""Sends the topic's messages to its email subscribers, as the emulator sends no mail.

A queue subscribed to the topic keeps each message until the mail server has taken it, so that a
message published while the relay is down arrives later, and none is lost. A subscriber who gets
more than SNS delivers loses the subscription, as on AWS; `rowledger up` subscribes again.
"""

import json
import logging
import re
import smtplib
from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ParamValidationError

from rowledger.local.emulator_clients import EmulatorClients
from rowledger.local.mail.alarm_text import alarm_text
from rowledger.local.mail.filter_policy import passes
from rowledger.local.mail.subscription_limit import MESSAGES_A_SECOND, SubscriptionLimit

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient

QUEUE = "rowledger-mail"
SENDER = "no-reply@sns.rowledger.test"

_logger = logging.getLogger(__name__)

_BATCH = 10
_WAIT_SECONDS = 1
_SMTP_SECONDS = 10
# Hidden for this long while it is being sent; it shows again if that fails.
_VISIBILITY_SECONDS = 30


def subscribe(aws: EmulatorClients, topic_arn: str) -> None:
    """Create the relay's queue and subscribe it to the topic, unless that is done."""
    sqs: SQSClient = aws.client("sqs")
    sns: SNSClient = aws.client("sns")
    url = sqs.create_queue(QueueName=QUEUE)["QueueUrl"]
    known = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn", "Policy"])
    arn = known["Attributes"]["QueueArn"]
    policy = _policy_for_topic(topic_arn, arn)
    if known["Attributes"].get("Policy") != policy:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    subscriptions = sns.list_subscriptions_by_topic(TopicArn=topic_arn)["Subscriptions"]
    if not any(each["Endpoint"] == arn for each in subscriptions):
        # Not raw: the subject and the topic's message id are in the envelope.
        sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn)


class MailRelay:
    """Moves messages from the queue to the mail server at host:port."""

    def __init__(self, aws: EmulatorClients, host: str, port: int) -> None:
        self._sqs: SQSClient = aws.client("sqs")
        self._sns: SNSClient = aws.client("sns")
        self._limit = SubscriptionLimit()
        self._host = host
        self._port = port

    def run_once(self) -> None:
        """Wait up to a second for messages and send them.

        Raise botocore's errors, OSError or smtplib.SMTPException; what was not sent stays queued.
        """
        url = self._sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
        messages = self._sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=_BATCH,
            WaitTimeSeconds=_WAIT_SECONDS,
            VisibilityTimeout=_VISIBILITY_SECONDS,
            AttributeNames=["SentTimestamp"],
        ).get("Messages", [])
        if not messages:
            return
        with smtplib.SMTP(self._host, self._port, timeout=_SMTP_SECONDS) as server:
            for message in messages:
                published_at = int(message["Attributes"]["SentTimestamp"]) / 1000
                self._send(server, message["Body"], published_at)
                self._sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    def _send(self, server: smtplib.SMTP, body: str, published_at: float) -> None:
        """Send a message to each subscriber. published_at: seconds since the epoch."""
        try:
            envelope = json.loads(body)
            mails = [compose(envelope, each) for each in self._recipients(envelope, published_at)]
        except (ValueError, TypeError, KeyError, AttributeError, ParamValidationError):
            # Not from the topic: it would block every later mail if it stayed in the queue.
            _logger.exception("a message that is no notification is dropped: %.200r", body)
            return
        for mail in mails:
            server.send_message(mail)

    def _recipients(self, envelope: Mapping[str, Any], published_at: float) -> list[str]:
        """The subscribers whose filter lets it pass, as SNS delivers it.

        It leaves out those whose subscription a flood has ended; what is filtered is no part of it.
        """
        topic_arn, message_id = envelope["TopicArn"], envelope["MessageId"]
        pages = self._sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic_arn)
        subscribed = [
            each for page in pages for each in page["Subscriptions"] if each["Protocol"] == "email"
        ]
        recipients = []
        for each in subscribed:
            arn = each["SubscriptionArn"]
            if not self._passes(arn, envelope.get("MessageAttributes", {})):
                continue
            if self._limit.is_exceeded(arn, message_id, published_at):
                # Whose it is stays out of the log: an address is data of a person.
                _logger.error(
                    "more than %d messages within a second: the subscription %s has ended",
                    MESSAGES_A_SECOND,
                    arn,
                )
                self._sns.unsubscribe(SubscriptionArn=arn)
            else:
                recipients.append(each["Endpoint"])
        return recipients

    def _passes(self, arn: str, attributes: Mapping[str, Mapping[str, str]]) -> bool:
        """Whether a subscription's filter lets a message with these attributes pass."""
        found = self._sns.get_subscription_attributes(SubscriptionArn=arn)
        try:
            return passes(found["Attributes"].get("FilterPolicy"), attributes)
        except ValueError:
            # The others still get theirs.
            _logger.exception("the subscription %s gets no mail on this stack", arn)
            return False


def compose(envelope: Mapping[str, Any], recipient: str) -> EmailMessage:
    """The mail SNS would send for a message, its attributes added as X-Attribute- headers."""
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = _one_line(envelope.get("Subject") or "AWS Notification Message")
    mail["From"] = f"AWS Notifications <{SENDER}>"
    mail["To"] = _one_line(recipient)
    mail["Date"] = format_datetime(datetime.fromisoformat(envelope["Timestamp"]))
    mail["Message-ID"] = f"<{_one_line(envelope['MessageId'])}@sns.rowledger.test>"
    mail["X-SNS-Topic-Arn"] = _one_line(envelope["TopicArn"])
    for name, attribute in sorted(envelope.get("MessageAttributes", {}).items()):
        mail[f"X-Attribute-{_header_name(name)}"] = _one_line(attribute["Value"])
    message = envelope["Message"]
    mail.set_content(alarm_text(message) or message, charset="utf-8")
    return mail


def _one_line(value: object) -> str:
    """Text that can neither end its header and begin another, nor be taken for an encoded word."""
    line = " ".join(re.split(r"[\x00-\x1f\x7f\x85\u2028\u2029]+", str(value))).strip()
    return line.replace("=?", "= ?")


def _header_name(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9-]", "-", name)


def _policy_for_topic(topic_arn: str, queue_arn: str) -> str:
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "TheTopicSends",
                    "Effect": "Allow",
                    "Principal": {"Service": "sns.amazonaws.com"},
                    "Action": "sqs:SendMessage",
                    "Resource": queue_arn,
                    "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
                }
            ],
        }
    )
