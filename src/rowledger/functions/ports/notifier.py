"""The port to the people: publishes notifications."""

from typing import Protocol

from rowledger.functions.domain.notification import Notification


class Notifier(Protocol):
    def publish(self, notification: Notification) -> str:
        """Publish and return the topic's id of the message; raise FaultError (NOTIFICATION)."""
