"""The budget of mails, what waits for it, and digests, in PostgreSQL."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from rowledger.functions.adapters.postgres.database import Database
from rowledger.functions.adapters.postgres.ledger import PUBLISH_LEASE_SECONDS, pending_of
from rowledger.functions.adapters.postgres.queries import load_queries
from rowledger.functions.domain.digest import MOST_MAILS, Digest, PendingDigest, WaitingMail
from rowledger.functions.domain.mail import (
    DIGEST_PAUSE_SECONDS,
    WAITING_LEASE_SECONDS,
    burst_of,
    share_seconds,
)
from rowledger.functions.domain.notification import Notification, PendingNotification

QUERIES = load_queries("mail")


class _NotAllWaitError(Exception):
    """Rolls the digest back: one of its mails was sent or taken meanwhile."""


@dataclass(frozen=True, slots=True)
class PostgresMailQueue:
    """mails_a_minute: the budget. queries: by name, as queries/mail.sql has them."""

    database: Database
    mails_a_minute: int
    queries: Mapping[str, str] = field(default_factory=lambda: QUERIES)

    def spend(self, pending: PendingNotification) -> bool:
        with self.database.session() as connection:
            return bool(
                connection.run(
                    self.queries["spend"],
                    id=pending.id,
                    share=share_seconds(self.mails_a_minute),
                    burst=burst_of(is_failure=pending.notification.is_failure),
                )
            )

    def let_wait(self, pending: PendingNotification) -> None:
        with self.database.session() as connection:
            connection.run(
                self.queries["let_wait"],
                id=pending.id,
                request_id=pending.request_id,
                lease=WAITING_LEASE_SECONDS,
            )

    def waiting(self) -> Sequence[WaitingMail]:
        with self.database.session() as connection:
            found = connection.run(
                self.queries["waiting"], pause=DIGEST_PAUSE_SECONDS, limit=MOST_MAILS
            )
        return [WaitingMail(*row) for row in found]

    def add_digest(self, digest: Digest, request_id: str) -> PendingDigest | None:
        notification = digest.notification
        with suppress(_NotAllWaitError), self.database.transaction() as connection:
            # Whoever comes second waits here, and finds that the turn was taken.
            if not connection.run(
                self.queries["begin_digest"],
                pause=DIGEST_PAUSE_SECONDS,
                share=share_seconds(self.mails_a_minute),
            ):
                return None
            ((digest_id,),) = connection.run(
                self.queries["add_digest"],
                message_id=notification.message_id,
                subject=notification.subject,
                body=notification.body,
                attributes=json.dumps(notification.attributes),
                request_id=request_id,
                lease=PUBLISH_LEASE_SECONDS,
            )
            _require_all(
                digest,
                connection.run(
                    self.queries["put_into_digest"], digest_id=digest_id, ids=list(digest.mails)
                ),
            )
            return PendingDigest(digest_id, notification, request_id)
        return None

    def pending_digest(self, request_id: str) -> PendingDigest | None:
        with self.database.session() as connection:
            for digest_id, *content in connection.run(
                self.queries["claim_digest"], request_id=request_id, lease=PUBLISH_LEASE_SECONDS
            ):
                return PendingDigest(digest_id, Notification(*content), request_id)
        return None

    def mark_digest_sent(self, digest: PendingDigest, topic_message_id: str) -> None:
        with self.database.transaction() as connection:
            if connection.run(
                self.queries["mark_digest_sent"], id=digest.id, topic=topic_message_id
            ):
                connection.run(
                    self.queries["mark_members_sent"], id=digest.id, topic=topic_message_id
                )

    def release_digest(self, digest: PendingDigest) -> None:
        with self.database.session() as connection:
            connection.run(
                self.queries["release_digest"], id=digest.id, request_id=digest.request_id
            )

    def pending_waiting(self, request_id: str, *, only_alone: bool) -> PendingNotification | None:
        with self.database.session() as connection:
            for row in connection.run(
                self.queries["claim_waiting"],
                request_id=request_id,
                any=not only_alone,
                lease=PUBLISH_LEASE_SECONDS,
            ):
                return pending_of(row, request_id)
        return None

    def oldest_wait(self) -> timedelta:
        with self.database.session() as connection:
            ((wait,),) = connection.run(self.queries["oldest_wait"])
        return timedelta(seconds=float(wait))


def _require_all(digest: Digest, taken: Sequence[object]) -> None:
    if len(taken) != len(digest.mails):
        raise _NotAllWaitError
