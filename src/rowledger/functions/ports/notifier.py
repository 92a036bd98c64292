"""The port to those who are told: publishes mails for people and events for programs."""

from typing import Protocol

from rowledger.functions.domain.notification import Notification


class Notifier(Protocol):
    """Each method returns the topic's id of the message.

    Each raises FaultError: NOTIFICATION where nothing was published, and NOTIFICATION_UNANSWERED
    where that is not known, so that the message may be published already.
    """

    def publish(self, notification: Notification) -> str:
        """Publish the mail."""

    def publish_event(self, notification: Notification) -> str:
        """Publish the event, which the notification must have."""
