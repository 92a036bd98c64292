"""Builds csv-administrator."""

from dataclasses import dataclass

from rowledger.functions.adapters.aws.clients import make_client
from rowledger.functions.adapters.aws.credentials import (
    SecretsManagerCredentials,
    SecretsManagerStore,
)
from rowledger.functions.adapters.postgres.administration import PostgresAdministration
from rowledger.functions.adapters.postgres.database import Tls
from rowledger.functions.adapters.postgres.roles import function_logins
from rowledger.functions.config import AdministratorConfig
from rowledger.functions.ports.administration import Administration
from rowledger.functions.ports.credentials import CredentialStore
from rowledger.functions.services.administration import Administer
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
    store = SecretsManagerStore(client, config.database_secret_id)
    return administrator_over(config, administration=administration, store=store)


def administrator_over(
    config: AdministratorConfig, *, administration: Administration, store: CredentialStore
) -> Administrator:
    """Build migrations and rotation over the given parts."""
    logins, address = function_logins(), _address(config)
    return Administrator(
        Administer(administration, store, logins, address),
        Rotate(administration, store, logins, address),
    )


def _address(config: AdministratorConfig) -> str:
    return f"postgresql://{config.database_address}"
