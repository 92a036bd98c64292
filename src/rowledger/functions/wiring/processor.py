"""Builds csv-processor."""

from dataclasses import dataclass

from rowledger.functions.adapters.aws.clients import make_client
from rowledger.functions.adapters.aws.storage import READ_SECONDS, S3Storage
from rowledger.functions.adapters.postgres.ledger import PostgresLedger
from rowledger.functions.adapters.postgres.mail_queue import PostgresMailQueue
from rowledger.functions.config import ProcessorConfig
from rowledger.functions.handlers.waiting_mails import WaitingMails
from rowledger.functions.services.intake import Intake
from rowledger.functions.wiring.intake import build_notifier, intake_over, outbox_over
from rowledger.functions.wiring.kernel import use_kernel
from rowledger.functions.wiring.shared import monotonic, open_database


@dataclass(frozen=True, slots=True)
class Processor:
    """What csv-processor does: with an upload, and with the mails that wait."""

    intake: Intake
    mails: WaitingMails


def build_processor(config: ProcessorConfig, *, function_version: str | None = None) -> Processor:
    """Build what csv-processor does, with the parts of AWS.

    function_version: which version of which function this is, for the ledger.
    """
    use_kernel()
    database = open_database(config)
    ledger = PostgresLedger(database, config.lease_seconds, function_version)
    queue = PostgresMailQueue(database, config.mails_a_minute)
    outbox = outbox_over(config, ledger=ledger, queue=queue, notifier=build_notifier(config))
    storage = S3Storage(
        make_client("s3", read_timeout=READ_SECONDS), config.output_bucket, config.backup_bucket
    )
    intake = intake_over(config, ledger=ledger, storage=storage, outbox=outbox)
    return Processor(intake, WaitingMails(outbox, queue, monotonic))
