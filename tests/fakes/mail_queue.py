"""The budget of mails, what waits for it, and digests, over a ledger in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from rowledger.functions.domain.digest import Digest, PendingDigest, WaitingMail
from rowledger.functions.domain.mail import (
    DIGEST_PAUSE_SECONDS,
    WAITING_LEASE_SECONDS,
    burst_of,
    share_seconds,
)
from rowledger.functions.domain.notification import PendingNotification
from tests.fakes.ledger import FakeLedger
from tests.fakes.notifications import StoredNotification

_LEASE = timedelta(seconds=60)
_PAUSE = timedelta(seconds=DIGEST_PAUSE_SECONDS)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class StoredDigest:
    pending: PendingDigest
    lease_expires_at: datetime
    sent: bool = False


@dataclass(slots=True)
class FakeMailQueue:
    """The fake of the MailQueue port. mails_a_minute: by default more than any test needs."""

    ledger: FakeLedger
    mails_a_minute: float = 1e9
    spent_until: datetime = _LONG_AGO
    digested_at: datetime = _LONG_AGO
    digests: dict[int, StoredDigest] = field(default_factory=dict)

    def spend(self, pending: PendingNotification) -> bool:
        share, now = self._share(), self.ledger.now()
        after = max(self.spent_until, now) + share
        if after > now + share * burst_of(is_failure=pending.notification.is_failure):
            return False
        self.spent_until = after
        self.ledger.notifications[pending.id].alone = True
        return True

    def let_wait(self, pending: PendingNotification) -> None:
        kept, now = self.ledger.notifications[pending.id], self.ledger.now()
        if kept.pending.request_id == pending.request_id and self._is_free(kept):
            kept.waits_since = now
            kept.lease_expires_at = now + timedelta(seconds=WAITING_LEASE_SECONDS)

    def waiting(self) -> Sequence[WaitingMail]:
        due, waiting = self.ledger.now() - _PAUSE, self._for_digest()
        if self.digested_at > due or not any(each.waits_since <= due for each in waiting):  # type: ignore[operator]
            return []
        found = [(each.pending.id, each.pending.notification) for each in waiting]
        return [WaitingMail(id_, it.message_id, it.subject, it.event) for id_, it in found]

    def add_digest(self, digest: Digest, request_id: str) -> PendingDigest | None:
        now = self.ledger.now()
        taken = [each for each in self._for_digest() if each.pending.id in digest.mails]
        if self.digested_at > now - _PAUSE or len(taken) != len(digest.mails):
            return None
        self.digested_at = now
        self.spent_until = max(self.spent_until, now) + self._share()
        pending = PendingDigest(len(self.digests) + 1, digest.notification, request_id)
        self.digests[pending.id] = StoredDigest(pending, now + _LEASE)
        for each in taken:
            each.digest_id = pending.id
            each.lease_expires_at = datetime.max.replace(tzinfo=UTC)
        return pending

    def pending_digest(self, request_id: str) -> PendingDigest | None:
        for kept in self.digests.values():
            own = kept.pending.request_id == request_id
            if not kept.sent and (own or kept.lease_expires_at <= self.ledger.now()):
                kept.pending = PendingDigest(kept.pending.id, kept.pending.notification, request_id)
                kept.lease_expires_at = self.ledger.now() + _LEASE
                return kept.pending
        return None

    def mark_digest_sent(self, digest: PendingDigest, topic_message_id: str) -> None:
        if self.digests[digest.id].sent:
            return
        self.digests[digest.id].sent = True
        for kept in self.ledger.notifications.values():
            if kept.digest_id == digest.id:
                kept.sent_at, kept.topic_message_id = self.ledger.now(), topic_message_id

    def release_digest(self, digest: PendingDigest) -> None:
        kept = self.digests[digest.id]
        if kept.pending.request_id == digest.request_id:
            kept.lease_expires_at = self.ledger.now()

    def pending_waiting(self, request_id: str, *, only_alone: bool) -> PendingNotification | None:
        for kept in self._waiting():
            if kept.alone or not only_alone:
                return self.ledger.take_notification(kept, request_id)
        return None

    def oldest_wait(self) -> timedelta:
        since = [
            row.timestamp
            for kept in self.ledger.notifications.values()
            for row in self.ledger.ledger_rows()
            if kept.is_unsent and row.id == kept.file_id
        ]
        now = self.ledger.now()
        return now - min(since, default=now)

    def _waiting(self) -> list[StoredNotification]:
        """Those that wait, rejected files first."""
        found = [
            kept
            for kept in self.ledger.notifications.values()
            if kept.waits_since is not None and self._is_free(kept)
        ]
        return sorted(found, key=lambda kept: not kept.pending.notification.is_failure)

    def _for_digest(self) -> list[StoredNotification]:
        return [kept for kept in self._waiting() if not kept.alone]

    def _share(self) -> timedelta:
        return timedelta(seconds=share_seconds(self.mails_a_minute))

    @staticmethod
    def _is_free(kept: StoredNotification) -> bool:
        return kept.sent_at is None and kept.digest_id is None
