"""Sends what the ledger holds as committed and unsent."""

from dataclasses import dataclass

from rowledger.functions.domain.deadline import Deadline
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.ledger import InProgress
from rowledger.functions.domain.notification import PendingNotification
from rowledger.functions.ports.ledger import Ledger
from rowledger.functions.ports.notifier import Notifier
from rowledger.functions.services.cleanup import after


@dataclass(frozen=True, slots=True)
class Outbox:
    ledger: Ledger
    notifier: Notifier

    def send(self, pending: PendingNotification, deadline: Deadline) -> None:
        """Publish, then mark as sent. A crash between the two sends the same message again."""
        try:
            deadline.check(before="publishing the notification")
            topic_message_id = self.notifier.publish(pending.notification)
        except FaultError as fault:
            after(fault, lambda: self.ledger.release_notification(pending))
            raise
        self.ledger.mark_sent(pending, topic_message_id)

    def send_unsent(self, file_id: int, request_id: str, deadline: Deadline) -> bool:
        """Send what earlier attempts committed and did not send; say whether there was any."""
        found = False
        while True:
            match self.ledger.pending_notification(file_id, request_id):
                case None:
                    return found
                case InProgress() as other:
                    raise FaultError(
                        FaultCode.UPLOAD_IN_PROGRESS,
                        f"another attempt is announcing ledger row {file_id} (until {other.until})",
                    )
                case pending:
                    self.send(pending, deadline)
                    found = True
