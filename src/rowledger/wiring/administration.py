"""Wires the administration of a database."""

from rowledger.functions.adapters.fixed_credentials import FixedCredentials
from rowledger.functions.adapters.postgres.administration import PostgresAdministration
from rowledger.functions.adapters.postgres.database import Tls
from rowledger.functions.ports.administration import Administration
from rowledger.functions.ports.credentials import Credentials


def administration(credentials: Credentials, *, tls: str, ca_file: str) -> Administration:
    """Administration as a user who may make roles; tls and ca_file as the functions' settings."""
    return PostgresAdministration(FixedCredentials(credentials), Tls.from_setting(tls, ca_file))
