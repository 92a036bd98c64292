"""What the builders of the functions share."""

import time
from datetime import UTC, datetime

from rowledger.functions.adapters.aws.clients import make_client
from rowledger.functions.adapters.aws.credentials import SecretsManagerCredentials
from rowledger.functions.adapters.postgres.database import Database, Tls
from rowledger.functions.config import DatabaseConfig

monotonic = time.monotonic


def now() -> datetime:
    """The wall clock, UTC."""
    return datetime.now(UTC)


def open_database(config: DatabaseConfig) -> Database:
    """The database, as the login that the function's secret has."""
    credentials = SecretsManagerCredentials(
        make_client("secretsmanager", read_timeout=5), config.database_secret_id
    )
    return Database(credentials, Tls.from_setting(config.database_tls, config.database_ca_file))
