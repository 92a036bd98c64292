"""The port to an environment: one installed pipeline, on a laptop or in an AWS account."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineNames:
    """What the parts of a pipeline are called.

    processor, reconciler, administrator, ledger_reader, ledger_operator: the functions' names.
    alias: of all of them, that of the version in service.
    log_groups: by the functions' sections of contract/pipeline.json.
    topic_arn: of the topic for people.
    suffixes: the endings of the keys that the pipeline takes.
    """

    input_bucket: str
    output_bucket: str
    backup_bucket: str
    processor: str
    reconciler: str
    administrator: str
    ledger_reader: str
    ledger_operator: str
    alias: str
    log_groups: Mapping[str, str]
    failure_queue: str
    topic_arn: str
    alarms: tuple[str, ...]
    suffixes: tuple[str, ...]

    @property
    def functions(self) -> tuple[str, ...]:
        """Every function's name."""
        return (
            self.processor,
            self.reconciler,
            self.administrator,
            self.ledger_reader,
            self.ledger_operator,
        )

    def invoked(self, function: str) -> str:
        """What an invocation of a function names: never the bare name, which runs any version."""
        return f"{function}:{self.alias}"


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
    """name, location, names and health work at any time.

    The rest raise CommandError if it is down.
    """

    @property
    def name(self) -> str:
        """What people call it."""
        ...

    @property
    def location(self) -> str:
        """Where it is: of a local stack its state folder, else account and region."""
        ...

    @property
    def is_local(self) -> bool:
        """Whether it is on this machine."""
        ...

    @property
    def names(self) -> PipelineNames: ...

    def client(self, service: str, *, patient: bool = False) -> Any:  # noqa: ANN401 -- the caller's annotation narrows it
        """A boto3 client with the identity of the person who runs the command.

        patient: waits as long as any function may run, and asks once only: what it asks for might
        be done twice.
        """

    def identity(self) -> str:
        """The ARN that AWS knows that person by; raise CommandError where it knows none."""

    def health(self) -> Health:
        """Ask every part of a stack on this machine; elsewhere there is none to ask.

        One that does not run or does not answer is reported, not raised.
        """
