"""Brings the subscriptions of the topic for people to what sources.yaml says of recipients."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rowledger.operations.domain.recipients import (
    CHANGES,
    PlannedRecipient,
    RecipientAction,
    plan_recipients,
)
from rowledger.operations.ports.subscriptions import Subscriptions


@dataclass(frozen=True, slots=True)
class RecipientsService:
    subscriptions: Subscriptions

    def plan(self, recipients: Mapping[str, frozenset[str]]) -> list[PlannedRecipient]:
        """Plan for what each address wants; raise FaultError where SNS cannot be asked."""
        return plan_recipients(recipients, self.subscriptions.all())

    def apply(self, planned: list[PlannedRecipient]) -> Iterator[PlannedRecipient]:
        """Do what is planned, and yield each change once it is made.

        Raises:
            FaultError: SNS refused one; those before it are made, and a new plan has the rest.
        """
        for each in planned:
            self._apply(each)
            if each.action in CHANGES:
                yield each

    def _apply(self, each: PlannedRecipient) -> None:
        match each:
            case PlannedRecipient(RecipientAction.SUBSCRIBE):
                self.subscriptions.subscribe(each.email, each.after)
            case PlannedRecipient(RecipientAction.CHANGE, arn=str(arn)):
                self.subscriptions.change(arn, each.after)
            case PlannedRecipient(RecipientAction.UNSUBSCRIBE, arn=str(arn)):
                self.subscriptions.unsubscribe(arn)
            case _:
                pass
