"""The port to who is subscribed to the topic for people."""

from collections.abc import Iterable
from typing import Protocol

from rowledger.operations.domain.recipients import EmailSubscription


class Subscriptions(Protocol):
    """Each method raises FaultError (NOTIFICATION)."""

    def all(self) -> list[EmailSubscription]:
        """Every address, whoever subscribed it."""
        ...

    def subscribe(self, email: str, wanted: Iterable[str]) -> None:
        """Have SNS ask a person whether they want mails, and send only those with these values."""

    def change(self, arn: str, wanted: Iterable[str]) -> None:
        """Send only the mails with these values from now on."""

    def unsubscribe(self, arn: str) -> None:
        """Send no mails any more."""
