"""The environment that a command works on."""

import os
from typing import TYPE_CHECKING

from rowledger.functions import contract
from rowledger.operations.adapters.environment_files import environment_files
from rowledger.operations.domain.environments import LOCAL, KeptEnvironment
from rowledger.operations.ports.environment import Environment
from rowledger.operations.ports.environment_store import EnvironmentStore
from rowledger.wiring.local_extra import require_local_stack

if TYPE_CHECKING:
    from rowledger.local.environment import LocalEnvironment
    from rowledger.local.layout import Layout
    from rowledger.operations.adapters.aws.environment import AwsEnvironment

# As in local/layout.py, which this does not load for an environment elsewhere.
STATE_DIR_VARIABLE = "ROWLEDGER_STATE_DIR"


def environment_store() -> EnvironmentStore:
    """Where this user's environments are kept."""
    return environment_files()


def state_dir_named() -> str | None:
    """The state folder that ROWLEDGER_STATE_DIR names; None where it names none."""
    return os.environ.get(STATE_DIR_VARIABLE) or None


def open_environment(name: str | None = None) -> Environment:
    """Open an environment; raise CommandError where there is none of that name.

    name: None for the local stack whose state folder ROWLEDGER_STATE_DIR names, else for the one in
    use: at first the local stack that was started last.
    """
    kept = environment_store().load()
    if name is None:
        name = LOCAL if state_dir_named() else kept.current
    if name == LOCAL:
        from rowledger.local.layout import find_layout  # noqa: PLC0415 -- for a stack here only

        return local_environment(find_layout())
    return aws_environment(name, kept.get(name))


def local_location() -> str:
    """The state folder of the local stack, whether or not what it needs is installed."""
    from rowledger.local.layout import find_layout  # noqa: PLC0415 -- as above

    return str(find_layout().root)


def aws_environment(name: str, kept: KeptEnvironment) -> "AwsEnvironment":
    """A pipeline in an AWS account."""
    from rowledger.operations.adapters.aws import environment  # noqa: PLC0415 -- boto3: slow to load

    suffixes = contract.load("pipeline.json")["event_filter"]["suffixes"]
    return environment.AwsEnvironment(name, kept, tuple(suffixes))


def local_environment(layout: "Layout") -> "LocalEnvironment":
    """The local stack in a state folder, whether or not it runs.

    Raises:
        CommandError: The libraries of the local stack are not installed.
    """
    require_local_stack()
    from rowledger.local.environment import LocalEnvironment  # noqa: PLC0415 -- as above

    return LocalEnvironment(layout)
