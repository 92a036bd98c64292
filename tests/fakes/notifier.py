"""A notifier that keeps what it was given."""

from rowledger.functions.domain.notification import Notification


class FakeNotifier:
    """The fake of the Notifier port. Faults put in `faults` are raised first, one a mail."""

    def __init__(self) -> None:
        self.published: list[Notification] = []
        self.events: list[Notification] = []
        self.faults: list[Exception] = []
        self.event_faults: list[Exception] = []

    def publish(self, notification: Notification) -> str:
        if self.faults:
            raise self.faults.pop(0)
        self.published.append(notification)
        return f"memory-{len(self.published)}"

    def publish_event(self, notification: Notification) -> str:
        if self.event_faults:
            raise self.event_faults.pop(0)
        self.events.append(notification)
        return f"memory-event-{len(self.events)}"
