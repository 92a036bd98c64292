"""What csv-processor does when the schedule of the mails invokes it: sends those that wait."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from rowledger.functions import contract
from rowledger.functions.domain.deadline import Deadline
from rowledger.functions.domain.faults import FaultError
from rowledger.functions.ports.mail_queue import MailQueue
from rowledger.functions.services.outbox import Outbox

# What the schedule sends; earlier packages ignore an event without records.
SCHEDULED: dict[str, Any] = contract.load("pipeline.json")["functions"]["processor"]["schedule"][
    "input"
]
# The next one comes after a minute.
_SENDING_SECONDS = 50


@dataclass(frozen=True, slots=True)
class WaitingMails:
    """monotonic: seconds."""

    outbox: Outbox
    queue: MailQueue
    monotonic: Callable[[], float]

    def send(self, request_id: str, *, seconds: float, logger: Logger, metrics: Metrics) -> None:
        """Send what is due, log and measure it.

        A fault is logged and not raised: Lambda would try again what the next invocation of the
        schedule does anyway, and keep an event that says nothing. The alarm of mails that wait for
        too long tells of it.
        """
        deadline = Deadline(self.monotonic() + min(seconds, _SENDING_SECONDS), self.monotonic)
        try:
            sent = self.outbox.send_waiting(request_id, deadline)
            wait = self.queue.oldest_wait()
        except FaultError as fault:
            logger.exception("mails that wait could not be sent", fault=fault.code)
            metrics.add_metric("MailFaults", MetricUnit.Count, 1)
            return
        if sent:
            logger.info("sent mails that waited", mails=sent)
        metrics.add_metric("MailWaitSeconds", MetricUnit.Seconds, wait.total_seconds())
