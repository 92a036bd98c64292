"""Builds what csv-processor and csv-reconciler do with an upload and its outcome."""

from datetime import timedelta

from rowledger.functions.adapters.aws.clients import longest_call, make_client
from rowledger.functions.adapters.aws.notifier import READ_SECONDS as PUBLISH_SECONDS
from rowledger.functions.adapters.aws.notifier import SnsNotifier
from rowledger.functions.adapters.aws.storage import READ_SECONDS
from rowledger.functions.adapters.postgres.database import SILENT_SECONDS
from rowledger.functions.config import ProcessorConfig
from rowledger.functions.domain.expansion import ExpansionLimit
from rowledger.functions.domain.mail import MailedStatuses, share_seconds
from rowledger.functions.domain.unreadable import Patience
from rowledger.functions.domain.warning import WarningCode
from rowledger.functions.ports.ledger import Ledger
from rowledger.functions.ports.mail_queue import MailQueue
from rowledger.functions.ports.notifier import Notifier
from rowledger.functions.ports.storage import Storage
from rowledger.functions.services.examination import Examination
from rowledger.functions.services.intake import Intake
from rowledger.functions.services.judging import Judging
from rowledger.functions.services.outbox import Outbox
from rowledger.functions.wiring.shared import monotonic, now

# Kept back from an attempt's time: what the last call may take that it begins, which is longest at
# S3, and giving the claim back after it to a database that does not answer either.
RESERVE_SECONDS = longest_call(READ_SECONDS) + SILENT_SECONDS


def build_notifier(config: ProcessorConfig) -> SnsNotifier:
    """Build what publishes mails and events."""
    client = make_client("sns", read_timeout=PUBLISH_SECONDS, tries=1)
    return SnsNotifier(client, config.topic_arn, config.events_topic_arn)


def outbox_over(
    config: ProcessorConfig, *, ledger: Ledger, queue: MailQueue, notifier: Notifier
) -> Outbox:
    """Build what sends, over the given parts."""
    return Outbox(ledger, queue, notifier, config.mail_digest, share_seconds(config.mails_a_minute))


def intake_over(
    config: ProcessorConfig, *, ledger: Ledger, storage: Storage, outbox: Outbox
) -> Intake:
    """Build what is done with an upload, over the given parts."""
    return Intake(
        ledger=ledger,
        storage=storage,
        outbox=outbox,
        output_bucket=config.output_bucket,
        backup_bucket=config.backup_bucket,
        examination=Examination(
            storage=storage,
            header=config.header,
            header_names=config.header_names == "stored",
            rejected_warnings=frozenset(map(WarningCode, config.rejected_warnings)),
            expansion=ExpansionLimit(config.max_decompressed_bytes, config.max_decompressed_ratio),
        ),
        judging=Judging(ledger),
        patience=Patience(config.unreadable_attempts, timedelta(seconds=config.unreadable_seconds)),
        mailed=MailedStatuses(config.mailed_statuses),
        now=now,
        monotonic=monotonic,
    )
