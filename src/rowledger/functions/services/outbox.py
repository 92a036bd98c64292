"""Sends what the ledger holds as committed and unsent: events, mails and digests of mails."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from rowledger.functions.domain.deadline import Deadline
from rowledger.functions.domain.digest import PendingDigest, make_digest
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.ledger import InProgress
from rowledger.functions.domain.notification import PendingNotification
from rowledger.functions.ports.ledger import Ledger
from rowledger.functions.ports.mail_queue import MailQueue
from rowledger.functions.ports.notifier import Notifier
from rowledger.functions.services.cleanup import after

# Less is not enough to claim, publish and mark one mail.
_ONE_MAIL_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Outbox:
    """Publish, then mark as sent: a crash between the two sends the same message again.

    A message whose publishing ended without an answer is kept by its request until the right to
    publish it ends, as it may have been sent.

    digests: whether the mails beyond the budget are sent in digests, and not one by one.
    pause_seconds: how long the budget needs for one more mail. sleep: waits so many seconds.
    """

    ledger: Ledger
    queue: MailQueue
    notifier: Notifier
    digests: bool = True
    pause_seconds: float = 1.0
    sleep: Callable[[float], None] = time.sleep

    def send(self, pending: PendingNotification, deadline: Deadline) -> None:
        """Publish the event, and the mail if the budget has one left; else let the mail wait.

        Whoever lets one wait also sends the digest, where that is due: in a long burst nobody
        else may come to it.
        """
        if not self._send(pending, deadline) and self.digests and deadline.left() > 0:
            self.send_digests(pending.request_id, deadline)

    def _send(self, pending: PendingNotification, deadline: Deadline) -> bool:
        """Say whether nothing of it waits."""
        try:
            if not pending.event_sent:
                deadline.check(before="publishing the event")
                event_id = self.notifier.publish_event(pending.notification)
                self.ledger.mark_event_sent(pending, event_id)
            if pending.mail_sent or not pending.notification.mail_wanted:
                return True
            deadline.check(before="spending a mail of the budget")
            if not self.queue.spend(pending):
                self.queue.let_wait(pending)
                return False
            deadline.check(before="publishing the notification")
            topic_message_id = self.notifier.publish(pending.notification)
        except FaultError as fault:
            if fault.code is not FaultCode.NOTIFICATION_UNANSWERED:
                after(fault, lambda: self.ledger.release_notification(pending))
            raise
        self.ledger.mark_sent(pending, topic_message_id)
        return True

    def send_unsent(self, file_id: int, request_id: str, deadline: Deadline) -> bool:
        """Send what earlier attempts committed and did not send; say whether there was any."""
        found = False
        while True:
            match self.ledger.pending_notification(file_id, request_id):
                case None:
                    # It may be in a digest of which nobody said that it was sent.
                    return self.send_digests(request_id, deadline) > 0 or found
                case InProgress() as other:
                    raise FaultError(
                        FaultCode.UPLOAD_IN_PROGRESS,
                        f"another attempt is announcing ledger row {file_id} (until {other.until})",
                    )
                case pending:
                    self.send(pending, deadline)
                    found = True

    def send_waiting(self, request_id: str, deadline: Deadline) -> int:
        """Send what waits, as far as that is due; return how many mails were sent.

        Single mails follow the digests, for as long as there is time for one: those that may have
        been sent before, or all where there are to be no digests.
        """
        sent = self.send_digests(request_id, deadline)
        return sent + self._send_singly(request_id, deadline)

    def send_digests(self, request_id: str, deadline: Deadline) -> int:
        """Send the digests that are on record, and a new one if it is due; return how many."""
        sent = 0
        while digest := self.queue.pending_digest(request_id):
            self._send_digest(digest, deadline)
            sent += 1
        waiting = self.queue.waiting() if self.digests else ()
        if waiting and (digest := self.queue.add_digest(make_digest(waiting), request_id)):
            self._send_digest(digest, deadline)
            sent += 1
        return sent

    def _send_digest(self, digest: PendingDigest, deadline: Deadline) -> None:
        try:
            deadline.check(before="publishing the digest")
            topic_message_id = self.notifier.publish(digest.notification)
        except FaultError as fault:
            if fault.code is not FaultCode.NOTIFICATION_UNANSWERED:
                after(fault, lambda: self.queue.release_digest(digest))
            raise
        self.queue.mark_digest_sent(digest, topic_message_id)

    def _send_singly(self, request_id: str, deadline: Deadline) -> int:
        sent = 0
        while pending := self.queue.pending_waiting(request_id, only_alone=self.digests):
            try:
                nothing_waits = self._send(pending, deadline)
            except FaultError as fault:
                if fault.code is not FaultCode.NOTIFICATION_UNANSWERED:
                    # Nobody else would look for it before reconciliation.
                    after(fault, lambda: self.queue.let_wait(pending))
                raise
            if nothing_waits:
                sent += 1
            elif deadline.left() < self.pause_seconds + _ONE_MAIL_SECONDS:
                break
            else:
                self.sleep(self.pause_seconds)
        return sent
