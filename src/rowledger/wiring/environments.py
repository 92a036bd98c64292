"""The environment that a command works on."""

from rowledger.functions.adapters.aws.credentials import SecretsManagerCredentials
from rowledger.local.environment import LocalEnvironment
from rowledger.local.layout import Layout, find_layout
from rowledger.operations.ports.environment import Environment
from rowledger.wiring.ledger import opened_ledger


def open_environment() -> Environment:
    """The local stack whose state folder is found from here."""
    return local_environment(find_layout())


def local_environment(layout: Layout) -> LocalEnvironment:
    """The local stack in a state folder, whether or not it runs."""
    return LocalEnvironment(
        layout, open_ledger=opened_ledger, open_secret=SecretsManagerCredentials
    )
