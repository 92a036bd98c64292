"""The stack's three background processes: asking one of them, and stopping it."""

from rowledger.local.emulator_clients import EmulatorClients
from rowledger.local.layout import Layout
from rowledger.local.mail import inbox
from rowledger.local.processes import companion, emulator, postgres_server, tcp_ports
from rowledger.local.provisioning.database_logins import superuser
from rowledger.local.state import PartProcess, StackCredentials

PART_NAMES = (postgres_server.NAME, emulator.NAME, companion.NAME)


def answers(name: str, port: int, credentials: StackCredentials, timeout_seconds: float) -> bool:
    """Whether the part does its work, by asking it; timeout_seconds: for its answer."""
    match name:
        case postgres_server.NAME:
            return superuser(port, credentials).answers()
        case emulator.NAME:
            return emulator.answers(port, timeout_seconds)
        case _:
            return inbox.greets(tcp_ports.HOST, port, timeout_seconds)


def stop_part(layout: Layout, name: str, part: PartProcess) -> None:
    """End a part and everything it started; nothing to do where it has ended."""
    match name:
        case postgres_server.NAME:
            postgres_server.stop(layout)
        case emulator.NAME:
            emulator.stop(layout, part)
        case _:
            companion.stop(part)


def aws_at(port: int, credentials: StackCredentials) -> EmulatorClients:
    """The emulator at a port, as the account's root."""
    return EmulatorClients(
        emulator.endpoint_url(port), credentials.access_key, credentials.secret_key
    )
