"""The port to the mails beyond the budget: the budget itself, what waits, and digests of it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from rowledger.functions.domain.digest import Digest, PendingDigest, WaitingMail
from rowledger.functions.domain.notification import PendingNotification


class MailQueue(Protocol):
    """Every method raises FaultError (DATABASE_UNAVAILABLE, DATABASE_REFUSED or DATABASE)."""

    def spend(self, pending: PendingNotification) -> bool:
        """Spend one mail of the budget; False where it has none left for such an outcome.

        From then on it is mailed alone, however often that takes, and is in no digest.
        """

    def let_wait(self, pending: PendingNotification) -> None:
        """Leave a mail to the next digest, and give up the right to publish it."""

    def waiting(self) -> Sequence[WaitingMail]:
        """Return the mails for the next digest, rejected files first; none if none is due."""

    def add_digest(self, digest: Digest, request_id: str) -> PendingDigest | None:
        """Record a digest and put its mails into it, all together.

        None, and nothing is recorded, where another took the turn, or one of the mails does not
        wait any more.
        """

    def pending_digest(self, request_id: str) -> PendingDigest | None:
        """Take the right to publish the oldest unsent digest that nobody else has."""

    def mark_digest_sent(self, digest: PendingDigest, topic_message_id: str) -> None:
        """Record that a digest was sent, and with it each of its mails."""

    def release_digest(self, digest: PendingDigest) -> None:
        """Give up the right to publish a digest, unless it is another's by now."""

    def pending_waiting(self, request_id: str, *, only_alone: bool) -> PendingNotification | None:
        """Take the right to publish what waits, or what an earlier try left unsent; one at a time.

        A rejected file's comes first.
        only_alone: of the mails that wait only those that are in no digest, as they may have been
            sent before.
        """

    def oldest_wait(self) -> timedelta:
        """Return for how long the oldest notification has not been sent; 0 where all are."""
