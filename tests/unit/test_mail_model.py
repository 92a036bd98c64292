"""The outbox over the ledger in memory, in orders that nobody would think of."""

from datetime import UTC, datetime, timedelta

from hypothesis import settings

from tests.fakes.ledger import FakeLedger
from tests.fakes.mail_queue import FakeMailQueue
from tests.unit.mail_machine import MAILS_A_MINUTE, MailMachine


class InMemory:
    def __init__(self) -> None:
        self.time = datetime(2026, 11, 22, tzinfo=UTC)
        self.ledger = FakeLedger(now=lambda: self.time)
        self.queue = FakeMailQueue(self.ledger, mails_a_minute=MAILS_A_MINUTE)

    def pass_minutes(self, minutes: int) -> None:
        self.time += timedelta(minutes=minutes)

    def digest_of(self) -> dict[str, str | None]:
        return {
            kept.pending.notification.message_id: self._digest(kept.digest_id)
            for kept in self.ledger.notifications.values()
        }

    def _digest(self, digest_id: int | None) -> str | None:
        if digest_id is None:
            return None
        return self.queue.digests[digest_id].pending.notification.message_id

    def close(self) -> None:
        """Nothing is open."""


class MailsInMemory(MailMachine):
    def world(self) -> InMemory:
        return InMemory()


TestMailsInMemory = MailsInMemory.TestCase
TestMailsInMemory.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
