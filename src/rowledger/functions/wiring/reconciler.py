"""Builds csv-reconciler."""

from dataclasses import dataclass
from datetime import timedelta

from rowledger.functions.adapters.aws.clients import make_client
from rowledger.functions.adapters.aws.inventory import S3Inventory
from rowledger.functions.adapters.aws.storage import READ_SECONDS, S3Storage
from rowledger.functions.adapters.cron import CronSchedules
from rowledger.functions.adapters.postgres.ledger import PostgresLedger
from rowledger.functions.adapters.postgres.mail_queue import PostgresMailQueue
from rowledger.functions.adapters.postgres.reconciliation import PostgresReconciliationStore
from rowledger.functions.adapters.postgres.windows import PostgresWindowStore
from rowledger.functions.config import ReconcilerConfig
from rowledger.functions.domain.mail import MailedStatuses
from rowledger.functions.domain.outcome import Status
from rowledger.functions.ports.inventory import Inventory
from rowledger.functions.ports.ledger import Ledger
from rowledger.functions.ports.reconciliation import ReconciliationStore
from rowledger.functions.ports.storage import Storage
from rowledger.functions.ports.windows import WindowStore
from rowledger.functions.services.facts import FactGatherer
from rowledger.functions.services.outbox import Outbox
from rowledger.functions.services.reconciliation import Reconciliation
from rowledger.functions.services.reconciliation_parts import ReconciliationParts
from rowledger.functions.services.repairs import Repairer
from rowledger.functions.services.windows import WindowCheck
from rowledger.functions.wiring.intake import build_notifier, intake_over, outbox_over
from rowledger.functions.wiring.kernel import use_kernel
from rowledger.functions.wiring.shared import monotonic, now, open_database


@dataclass(frozen=True, slots=True)
class Reconciler:
    """What csv-reconciler does: its runs, its accounts, passes in parts, and checks of windows."""

    reconciliation: Reconciliation
    facts: FactGatherer
    parts: ReconciliationParts
    windows: WindowCheck


def build_reconciler(
    config: ReconcilerConfig, *, function_version: str | None = None
) -> Reconciler:
    """Build what csv-reconciler does, with the parts of AWS.

    function_version: which version of which function this is, for the ledger.
    """
    use_kernel()
    # One connection for both views of the ledger.
    database = open_database(config)
    s3 = make_client("s3", read_timeout=READ_SECONDS)
    buckets = (config.output_bucket, config.backup_bucket)
    ledger = PostgresLedger(database, config.lease_seconds, function_version)
    queue = PostgresMailQueue(database, config.mails_a_minute)
    return reconciler_over(
        config,
        ledger=ledger,
        outbox=outbox_over(config, ledger=ledger, queue=queue, notifier=build_notifier(config)),
        store=PostgresReconciliationStore(database),
        storage=S3Storage(s3, *buckets),
        inventory=S3Inventory(s3, *buckets),
        windows=PostgresWindowStore(database),
    )


def reconciler_over(
    config: ReconcilerConfig,
    *,
    ledger: Ledger,
    outbox: Outbox,
    store: ReconciliationStore,
    storage: Storage,
    inventory: Inventory,
    windows: WindowStore,
) -> Reconciler:
    """Build what csv-reconciler does over the given parts."""
    facts = FactGatherer(
        store,
        inventory,
        config.input_bucket,
        now,
        old_after=timedelta(days=config.reconcile_old_backup_days),
    )
    reconciliation = Reconciliation(
        store=store,
        inventory=inventory,
        facts=facts,
        repairer=Repairer(
            intake=intake_over(config, ledger=ledger, storage=storage, outbox=outbox),
            outbox=outbox,
            storage=storage,
            store=store,
            backup_bucket=config.backup_bucket,
            monotonic=monotonic,
        ),
        bucket=config.input_bucket,
        suffixes=config.suffixes,
        grace=timedelta(seconds=config.reconcile_grace_seconds),
        now=now,
        monotonic=monotonic,
    )
    parts = ReconciliationParts(reconciliation, store, config.reconcile_max_heals)
    mailed = MailedStatuses(config.mailed_statuses).include(Status.FAILED)
    settle = timedelta(seconds=config.window_settle_seconds)
    check = WindowCheck(windows, CronSchedules(), outbox, settle, mailed)
    return Reconciler(reconciliation, facts, parts, check)
