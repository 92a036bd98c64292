"""The notifications of a ledger in memory: who may publish each, and what was sent of it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from rowledger.functions.domain.ledger import InProgress
from rowledger.functions.domain.notification import PendingNotification

PUBLISH_LEASE = timedelta(seconds=60)


@dataclass(slots=True)
class StoredNotification:
    """waits_since, digest_id: of a mail beyond the budget."""

    file_id: int
    attempt: int
    pending: PendingNotification
    lease_expires_at: datetime
    sent_at: datetime | None = None
    topic_message_id: str | None = None
    event_message_id: str | None = None
    waits_since: datetime | None = None
    digest_id: int | None = None
    alone: bool = False

    @property
    def is_unsent(self) -> bool:
        return self.sent_at is None or not self.pending.event_sent


@dataclass(slots=True)
class FakeNotifications:
    """The Ledger port's part about notifications."""

    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    notifications: dict[int, StoredNotification] = field(default_factory=dict)

    def pending_notification(
        self, file_id: int, request_id: str
    ) -> PendingNotification | InProgress | None:
        held: InProgress | None = None
        for kept in self.notifications.values():
            if kept.file_id != file_id or not kept.is_unsent or kept.digest_id is not None:
                continue
            waits, own = kept.waits_since is not None, kept.pending.request_id == request_id
            if kept.lease_expires_at <= self.now() or (own and not waits):
                return self.take_notification(kept, request_id)
            if not waits:
                held = InProgress(kept.lease_expires_at)
        return held

    def take_notification(self, kept: StoredNotification, request_id: str) -> PendingNotification:
        """Give a request the right to publish."""
        sent = kept.sent_at is not None
        kept.pending = replace(kept.pending, request_id=request_id, mail_sent=sent)
        kept.waits_since, kept.lease_expires_at = None, self.now() + PUBLISH_LEASE
        return kept.pending

    def mark_event_sent(self, pending: PendingNotification, topic_message_id: str) -> None:
        kept = self.notifications[pending.id]
        if not kept.pending.event_sent:
            kept.pending = replace(kept.pending, event_sent=True)
            kept.event_message_id = topic_message_id
            if not kept.pending.notification.mail_wanted:
                kept.sent_at = self.now()

    def mark_sent(self, pending: PendingNotification, topic_message_id: str) -> None:
        kept = self.notifications[pending.id]
        if kept.sent_at is None:
            kept.sent_at, kept.topic_message_id = self.now(), topic_message_id

    def release_notification(self, pending: PendingNotification) -> None:
        kept = self.notifications[pending.id]
        if kept.pending.request_id == pending.request_id and kept.digest_id is None:
            kept.lease_expires_at = self.now()
