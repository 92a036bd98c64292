"""Builds csv-administrator."""

from collections.abc import Sequence
from dataclasses import dataclass

from rowledger.functions.adapters.aws.clients import make_client
from rowledger.functions.adapters.aws.credentials import (
    SecretsManagerCredentials,
    SecretsManagerStore,
)
from rowledger.functions.adapters.postgres.administration import PostgresAdministration
from rowledger.functions.adapters.postgres.database import Tls
from rowledger.functions.adapters.postgres.roles import login_pairs
from rowledger.functions.config import AdministratorConfig
from rowledger.functions.ports.administration import Administration
from rowledger.functions.ports.credentials import CredentialStore
from rowledger.functions.services.administration import Administer, DatabaseAccount
from rowledger.functions.services.rotation import Rotate


@dataclass(frozen=True, slots=True)
class Administrator:
    """What csv-administrator does."""

    administer: Administer
    rotate: Rotate


def build_administrator(config: AdministratorConfig) -> Administrator:
    """Build migrations and rotation, with the parts of AWS."""
    client = make_client("secretsmanager", read_timeout=5)
    administration = PostgresAdministration(
        SecretsManagerCredentials(client, config.master_secret_id, _address(config)),
        Tls.from_setting(config.database_tls, config.database_ca_file),
    )
    secrets = (config.database_secret_id, config.reader_secret_id, config.operator_secret_id)
    return administrator_over(
        config,
        administration=administration,
        stores=[SecretsManagerStore(client, secret) for secret in secrets],
    )


def administrator_over(
    config: AdministratorConfig,
    *,
    administration: Administration,
    stores: Sequence[CredentialStore],
) -> Administrator:
    """Build migrations and rotation over the given parts.

    stores: of csv-processor and csv-reconciler, of csv-ledger-reader, of csv-ledger-operator.
    """
    accounts = tuple(
        DatabaseAccount(role, store, logins)
        for store, (role, logins) in zip(stores, login_pairs().items(), strict=True)
    )
    return Administrator(
        Administer(administration, accounts, _address(config)),
        Rotate(administration, accounts, _address(config)),
    )


def _address(config: AdministratorConfig) -> str:
    return f"postgresql://{config.database_address}"
