"""The stack's three background processes, and what holds for any of them."""

from rowledger.functions import contract
from rowledger.functions.adapters.aws.credentials import SecretsManagerCredentials
from rowledger.local.clients import Aws
from rowledger.local.layout import Layout
from rowledger.local.mail import inbox
from rowledger.local.processes import companion, emulator
from rowledger.local.processes import postgres_server as database
from rowledger.local.processes import tcp_ports as ports
from rowledger.local.provisioning.database_logins import Logins, superuser
from rowledger.local.state import Part, Secrets

PARTS = (database.NAME, emulator.NAME, companion.NAME)


def answers(name: str, port: int, credentials: Secrets, timeout_seconds: float) -> bool:
    """Whether the part does what it is there for, by asking it; timeout_seconds: for its answer."""
    match name:
        case database.NAME:
            return superuser(port, credentials).answers()
        case emulator.NAME:
            return emulator.answers(port, timeout_seconds)
        case _:
            return inbox.greets(ports.HOST, port, timeout_seconds)


def stop_part(layout: Layout, name: str, part: Part) -> None:
    """End a part and everything it started; nothing to do where it has ended."""
    match name:
        case database.NAME:
            database.stop(layout)
        case emulator.NAME:
            emulator.stop(layout, part)
        case _:
            companion.stop(part)


def aws_at(port: int, credentials: Secrets) -> Aws:
    """The emulator at a port, as the account's root."""
    return Aws(emulator.endpoint_url(port), credentials.access_key, credentials.secret_key)


def logins_at(port: int, credentials: Secrets, aws: Aws) -> Logins:
    """Who logs in to the database at a port; the function's secret is in the emulator."""
    secret = contract.load("pipeline.json")["secret"]
    return Logins.at(
        port, credentials, SecretsManagerCredentials(aws.client("secretsmanager"), secret)
    )
