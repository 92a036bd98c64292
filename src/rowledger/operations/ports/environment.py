"""The port to an environment: one installed pipeline, on a laptop or in an AWS account."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Protocol

from rowledger.functions.config import ReconcilerConfig
from rowledger.functions.ports.credentials import CredentialSource
from rowledger.operations.ports.ledger_queries import LedgerQueries


class DatabaseRole(Enum):
    """Who asks the ledger: each role may do more than the one before."""

    READER = auto()
    OPERATOR = auto()
    FUNCTION = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineNames:
    """What the parts of a pipeline are called.

    processor: the function's name. suffixes: the endings of the keys that the pipeline takes.
    """

    input_bucket: str
    output_bucket: str
    backup_bucket: str
    processor: str
    processor_log_group: str
    failure_queue: str
    alarms: tuple[str, ...]
    suffixes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PartHealth:
    """One part, its address, and what it answered."""

    name: str
    address: str | None
    healthy: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Health:
    """Every part. alarms: their states. failed_events: None if unknown."""

    parts: list[PartHealth]
    alarms: Mapping[str, str]
    failed_events: int | None

    @property
    def healthy(self) -> bool:
        return all(part.healthy for part in self.parts)


class Environment(Protocol):
    """name, location, names and health work at any time; the rest raise CommandError if it is down.

    config also raises FaultError (CONFIGURATION) if a setting is wrong.
    """

    @property
    def name(self) -> str:
        """What people call it."""
        ...

    @property
    def location(self) -> str:
        """Where it is: of a local stack its state folder."""
        ...

    @property
    def names(self) -> PipelineNames: ...

    @property
    def config(self) -> ReconcilerConfig:
        """The functions' settings. The reconciler uses all that the processor uses."""
        ...

    def client(self, service: str) -> Any:  # noqa: ANN401 -- the caller's annotation narrows it
        """A boto3 client with the identity of the person who runs the command."""

    def credentials(self, role: DatabaseRole) -> CredentialSource:
        """What the role logs in to the database with."""

    def ledger(self) -> AbstractContextManager[LedgerQueries]:
        """The ledger, opened as the reader and closed after the block."""

    def health(self) -> Health:
        """Ask every part. One that does not run or does not answer is reported, not raised."""
