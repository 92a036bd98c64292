"""Wires the parts together, once, for the handler, the commands and the tests."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3

from rowledger.functions.adapters.aws import storage as s3
from rowledger.functions.adapters.aws.clients import client_config, longest_call
from rowledger.functions.adapters.aws.credentials import (
    SecretsManagerCredentials,
    SecretsManagerStore,
)
from rowledger.functions.adapters.aws.notifier import SnsNotifier
from rowledger.functions.adapters.aws.storage import S3Storage
from rowledger.functions.adapters.postgres.administration import PostgresAdministration
from rowledger.functions.adapters.postgres.database import SILENT_SECONDS, Database, Tls
from rowledger.functions.adapters.postgres.ledger import PostgresLedger
from rowledger.functions.adapters.postgres.reconciliation import PostgresReconciliation
from rowledger.functions.adapters.postgres.roles import function_logins
from rowledger.functions.config import (
    AdministratorConfig,
    DatabaseConfig,
    ProcessorConfig,
    ReconcilerConfig,
)
from rowledger.functions.domain.expansion import ExpansionLimit
from rowledger.functions.ports.administration import Administration
from rowledger.functions.ports.credentials import CredentialSource, CredentialStore
from rowledger.functions.ports.ledger import Ledger
from rowledger.functions.ports.notifier import Notifier
from rowledger.functions.ports.reconciliation import Reconciliation
from rowledger.functions.ports.storage import Storage
from rowledger.functions.services.administration import Administer
from rowledger.functions.services.intake import Intake
from rowledger.functions.services.outbox import Outbox
from rowledger.functions.services.reconciliation import Reconcile
from rowledger.functions.services.rotation import Rotate

# Kept back from an attempt's time: what the last call may take that it begins, which is longest at
# S3, and giving the claim back after it to a database that says nothing either.
RESERVE_SECONDS = longest_call(s3.READ_SECONDS) + SILENT_SECONDS


@dataclass(frozen=True, slots=True)
class App:
    config: ProcessorConfig
    ledger: Ledger
    intake: Intake


def bootstrap(
    config: ProcessorConfig,
    *,
    session: Any = boto3,  # noqa: ANN401 -- boto3 itself, or a session of it
    storage: Storage | None = None,
    notifier: Notifier | None = None,
    ledger: Ledger | None = None,
) -> App:
    """Build the application; a part that is given is used instead of the real one."""
    ledger = ledger or open_ledger(config, stored_credentials(config, session))
    intake = Intake(
        ledger=ledger,
        storage=storage
        or S3Storage(
            session.client("s3", config=client_config(read_timeout=s3.READ_SECONDS)),
            config.output_bucket,
            config.backup_bucket,
        ),
        outbox=Outbox(
            ledger,
            notifier
            or SnsNotifier(
                session.client("sns", config=client_config(read_timeout=5)), config.topic_arn
            ),
        ),
        output_bucket=config.output_bucket,
        backup_bucket=config.backup_bucket,
        header=config.header,
        expansion=ExpansionLimit(config.max_decompressed_bytes, config.max_decompressed_ratio),
        now=lambda: datetime.now(UTC),
        monotonic=time.monotonic,
    )
    return App(config, ledger, intake)


def bootstrap_reconciliation(
    app: App, reconciliation: Reconciliation, config: ReconcilerConfig
) -> Reconcile:
    """Reconciliation over an application and what it reads of that one's ledger."""
    return Reconcile(
        intake=app.intake,
        reconciliation=reconciliation,
        bucket=config.input_bucket,
        suffixes=config.suffixes,
        grace=timedelta(seconds=config.reconcile_grace_seconds),
    )


def open_reconciliation(ledger: PostgresLedger) -> PostgresReconciliation:
    """What reconciliation reads of a ledger, on that one's connection."""
    return PostgresReconciliation(ledger.database)


@dataclass(frozen=True, slots=True)
class AdministratorApp:
    administer: Administer
    rotate: Rotate


def bootstrap_administration(
    config: AdministratorConfig,
    *,
    session: Any = boto3,  # noqa: ANN401 -- as above
    administration: Administration | None = None,
    store: CredentialStore | None = None,
) -> AdministratorApp:
    """Migrations and rotation; a part that is given is used instead of the real one."""
    address = f"postgresql://{config.database_address}"
    if administration is None or store is None:
        client = session.client("secretsmanager", config=client_config(read_timeout=5))
        administration = administration or PostgresAdministration(
            SecretsManagerCredentials(client, config.master_secret_id, address),
            Tls.from_setting(config.database_tls, config.database_ca_file),
        )
        store = store or SecretsManagerStore(client, config.database_secret_id)
    logins = function_logins()
    return AdministratorApp(
        Administer(administration, store, logins, address),
        Rotate(administration, store, logins, address),
    )


def stored_credentials(config: DatabaseConfig, session: Any = boto3) -> SecretsManagerCredentials:  # noqa: ANN401 -- as above
    """The credentials that the pipeline's secret holds."""
    return SecretsManagerCredentials(
        session.client("secretsmanager", config=client_config(read_timeout=5)),
        config.database_secret_id,
    )


def open_ledger(config: ProcessorConfig, credentials: CredentialSource) -> PostgresLedger:
    """The ledger of a pipeline, for whoever has credentials to its database."""
    tls = Tls.from_setting(config.database_tls, config.database_ca_file)
    return PostgresLedger(Database(credentials, tls), config.lease_seconds)
