"""Builds csv-processor."""

from datetime import timedelta

from rowledger.functions.adapters.aws.clients import make_client
from rowledger.functions.adapters.aws.notifier import SnsNotifier
from rowledger.functions.adapters.aws.storage import READ_SECONDS, S3Storage
from rowledger.functions.adapters.postgres.ledger import PostgresLedger
from rowledger.functions.config import ProcessorConfig
from rowledger.functions.domain.expansion import ExpansionLimit
from rowledger.functions.domain.unreadable import Patience
from rowledger.functions.ports.ledger import Ledger
from rowledger.functions.ports.notifier import Notifier
from rowledger.functions.ports.storage import Storage
from rowledger.functions.services.intake import Intake
from rowledger.functions.services.outbox import Outbox
from rowledger.functions.wiring.shared import monotonic, now, open_database


def build_intake(
    config: ProcessorConfig,
    *,
    function_version: str | None = None,
    ledger: Ledger | None = None,
    storage: Storage | None = None,
    notifier: Notifier | None = None,
) -> Intake:
    """Build what csv-processor does with an upload.

    function_version: which version of which function this is, for the ledger.
    """
    ledger = ledger or PostgresLedger(open_database(config), config.lease_seconds, function_version)
    notifier = notifier or SnsNotifier(make_client("sns", read_timeout=5), config.topic_arn)
    storage = storage or S3Storage(
        make_client("s3", read_timeout=READ_SECONDS), config.output_bucket, config.backup_bucket
    )
    return Intake(
        ledger=ledger,
        storage=storage,
        outbox=Outbox(ledger, notifier),
        output_bucket=config.output_bucket,
        backup_bucket=config.backup_bucket,
        header=config.header,
        expansion=ExpansionLimit(config.max_decompressed_bytes, config.max_decompressed_ratio),
        patience=Patience(config.unreadable_attempts, timedelta(seconds=config.unreadable_seconds)),
        now=now,
        monotonic=monotonic,
    )
