"""Who is subscribed to the topic for people, in SNS.

A recipient is known by its filter, which has the one attribute that no other filter has.
Addresses are data of persons: none is in a message of an error.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rowledger.functions.domain.faults import FaultCode
from rowledger.functions.domain.recipients import ATTRIBUTE
from rowledger.operations.adapters.aws.denials import explained
from rowledger.operations.domain.recipients import EmailSubscription

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

_FILTER = "FilterPolicy"
_ARN = "arn:"
# Of a subscription that is gone, SNS's list has this word for a while.
_DELETED = "Deleted"


@dataclass(frozen=True, slots=True)
class SnsSubscriptions:
    """policy: what lets people see and change subscriptions."""

    client: "SNSClient"
    topic_arn: str
    policy: str

    def all(self) -> list[EmailSubscription]:
        with explained(FaultCode.NOTIFICATION, "listing the topic's subscriptions", self.policy):
            pages = self.client.get_paginator("list_subscriptions_by_topic").paginate(
                TopicArn=self.topic_arn
            )
            listed = [
                (each["Endpoint"], each["SubscriptionArn"])
                for page in pages
                for each in page["Subscriptions"]
                if each["Protocol"] == "email" and each["SubscriptionArn"] != _DELETED
            ]
        return [self._subscription(email, arn) for email, arn in listed]

    def subscribe(self, email: str, wanted: Iterable[str]) -> None:
        with explained(FaultCode.NOTIFICATION, "subscribing a recipient", self.policy):
            self.client.subscribe(
                TopicArn=self.topic_arn,
                Protocol="email",
                Endpoint=email,
                Attributes={_FILTER: _filter(wanted)},
            )

    def change(self, arn: str, wanted: Iterable[str]) -> None:
        with explained(FaultCode.NOTIFICATION, f"changing the subscription {arn}", self.policy):
            self.client.set_subscription_attributes(
                SubscriptionArn=arn, AttributeName=_FILTER, AttributeValue=_filter(wanted)
            )

    def unsubscribe(self, arn: str) -> None:
        with explained(FaultCode.NOTIFICATION, f"ending the subscription {arn}", self.policy):
            self.client.unsubscribe(SubscriptionArn=arn)

    def _subscription(self, email: str, arn: str) -> EmailSubscription:
        if not arn.startswith(_ARN):
            return EmailSubscription(email, None, None)
        with explained(FaultCode.NOTIFICATION, f"reading the subscription {arn}", self.policy):
            found = self.client.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
        return EmailSubscription(email, arn, _wanted(found.get(_FILTER)))


def _filter(wanted: Iterable[str]) -> str:
    return json.dumps({ATTRIBUTE: sorted(wanted)})


def _wanted(policy: str | None) -> frozenset[str] | None:
    """What a filter lets pass; None where it is not that of a recipient."""
    found = json.loads(policy or "null")
    if not isinstance(found, dict) or found.keys() != {ATTRIBUTE}:
        return None
    return frozenset(str(each) for each in found[ATTRIBUTE])
