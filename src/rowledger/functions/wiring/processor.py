"""Builds csv-processor."""

from dataclasses import dataclass
from datetime import timedelta

from rowledger.functions.adapters.aws.clients import make_client
from rowledger.functions.adapters.aws.notifier import READ_SECONDS as PUBLISH_SECONDS
from rowledger.functions.adapters.aws.notifier import SnsNotifier
from rowledger.functions.adapters.aws.storage import READ_SECONDS, S3Storage
from rowledger.functions.adapters.postgres.ledger import PostgresLedger
from rowledger.functions.adapters.postgres.mail_queue import PostgresMailQueue
from rowledger.functions.config import ProcessorConfig
from rowledger.functions.domain.expansion import ExpansionLimit
from rowledger.functions.domain.mail import MailedStatuses, share_seconds
from rowledger.functions.domain.unreadable import Patience
from rowledger.functions.handlers.waiting_mails import WaitingMails
from rowledger.functions.ports.ledger import Ledger
from rowledger.functions.ports.mail_queue import MailQueue
from rowledger.functions.ports.notifier import Notifier
from rowledger.functions.ports.storage import Storage
from rowledger.functions.services.intake import Intake
from rowledger.functions.services.outbox import Outbox
from rowledger.functions.wiring.shared import monotonic, now, open_database


@dataclass(frozen=True, slots=True)
class Processor:
    """What csv-processor does: with an upload, and with the mails that wait."""

    intake: Intake
    mails: WaitingMails


def build_processor(config: ProcessorConfig, *, function_version: str | None = None) -> Processor:
    """Build what csv-processor does, with the parts of AWS.

    function_version: which version of which function this is, for the ledger.
    """
    database = open_database(config)
    ledger = PostgresLedger(database, config.lease_seconds, function_version)
    queue = PostgresMailQueue(database, config.mails_a_minute)
    outbox = outbox_over(config, ledger=ledger, queue=queue, notifier=build_notifier(config))
    storage = S3Storage(
        make_client("s3", read_timeout=READ_SECONDS), config.output_bucket, config.backup_bucket
    )
    intake = intake_over(config, ledger=ledger, storage=storage, outbox=outbox)
    return Processor(intake, WaitingMails(outbox, queue, monotonic))


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
        header=config.header,
        expansion=ExpansionLimit(config.max_decompressed_bytes, config.max_decompressed_ratio),
        patience=Patience(config.unreadable_attempts, timedelta(seconds=config.unreadable_seconds)),
        mailed=MailedStatuses(config.mailed_statuses),
        now=now,
        monotonic=monotonic,
    )
