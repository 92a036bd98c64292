"""A rollout: which aliases it moves, in which order and by which steps, and what it reports.

A function's versions never change; the version in service is the one that its alias points to. The
functions are one package, so their aliases move together: the administrator and the reconciler
first, because they migrate and check for the new version, and csv-processor last.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any

from rowledger.deployment.domain.canary import CanaryVerdict, SentCanary
from rowledger.functions.domain.sources_requests import SourcesApplied

# Outputs of an earlier configuration have none of these.
_LEDGER_FUNCTIONS = ("ledger_reader", "ledger_operator")
# Percentages of a step. At 0 or 100 one version would get every invocation.
_LOWEST_SHARE, _WHOLE = 1, 100


@dataclass(frozen=True, slots=True)
class Position:
    """What an alias points to.

    Args:
        additional_version: A second version that the alias shares the invocations with.
        weight: The share of the invocations, of 1, that the additional version gets.
    """

    version: str
    additional_version: str | None = None
    weight: float = 0.0

    def __str__(self) -> str:
        if self.additional_version is None:
            return f"version {self.version}"
        return f"version {self.version}, {self.weight:.0%} at version {self.additional_version}"


@dataclass(frozen=True, slots=True)
class Alias:
    """An alias as it was read.

    Args:
        revision: Changes whenever anybody moves the alias.
    """

    function: str
    name: str
    position: Position
    revision: str


@dataclass(frozen=True, slots=True)
class Version:
    """A published version.

    Args:
        code_sha256: The digest of its package.
    """

    number: str
    code_sha256: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Target:
    """One version of one function."""

    function: str
    version: str

    def __str__(self) -> str:
        return f"{self.function}:{self.version}"


@dataclass(frozen=True, slots=True)
class Release:
    """Versions of the functions that belong together, and the alias that puts them into service.

    Args:
        ledger_reader, ledger_operator: None where the package has no such function.
    """

    alias: str
    input_bucket: str
    administrator: Target
    reconciler: Target
    processor: Target
    ledger_reader: Target | None = None
    ledger_operator: Target | None = None

    @property
    def others(self) -> tuple[Target, ...]:
        """csv-ledger-reader and csv-ledger-operator, as far as the package has them."""
        return tuple(each for each in (self.ledger_reader, self.ledger_operator) if each)

    @property
    def targets(self) -> tuple[Target, ...]:
        """In the order in which they are moved."""
        return (self.administrator, self.reconciler, *self.others, self.processor)


@dataclass(frozen=True, slots=True)
class Move:
    """A move of one function's alias.

    Args:
        origin: Where the alias pointed when the rollout began.
        partial: One of several steps, after which the alarm is watched.
    """

    function: str
    origin: Position
    to: Position
    partial: bool = False


def read_outputs(outputs: Any) -> Release:  # noqa: ANN401 -- JSON from outside
    """Read what `terraform output -json` printed.

    Raises:
        ValueError: These are not the outputs of this pipeline.
    """
    try:
        functions = outputs["functions"]["value"]
        targets = {
            use: Target(str(functions[use]["name"]), str(functions[use]["version"]))
            for use in ("administrator", "reconciler", "processor", *_LEDGER_FUNCTIONS)
            if use not in _LEDGER_FUNCTIONS or use in functions
        }
        return Release(
            alias=str(outputs["alias"]["value"]),
            input_bucket=str(outputs["buckets"]["value"]["input"]),
            **targets,
        )
    except (KeyError, TypeError) as error:
        raise ValueError(
            f"these are not the outputs of this pipeline ({type(error).__name__}: {error})"
        ) from error


def read_steps(text: str) -> tuple[int, ...]:
    """Read rising percentages such as "10,50"; raise ValueError for anything else."""
    if not text:
        return ()
    steps = tuple(int(each) for each in text.split(","))
    rising = all(one < other for one, other in pairwise(steps))
    if not rising or steps[0] < _LOWEST_SHARE or steps[-1] >= _WHOLE:
        raise ValueError(f"{text} are not rising percentages from 1 to 99")
    return steps


def plan_moves(aliases: Mapping[str, Alias], release: Release, steps: Sequence[int]) -> list[Move]:
    """Return the moves that put a release into service, in order.

    An alias that already points to its version is not moved.

    Args:
        aliases: The aliases as they are, by function.
        steps: Percentages of csv-processor's invocations.
    """
    planned = []
    for target in release.targets:
        current = aliases[target.function].position
        # Weights are left by a rollout that was killed: nothing to go back to.
        origin, destination = Position(current.version), Position(target.version)
        if target == release.processor and origin != destination:
            planned += [
                Move(
                    target.function,
                    origin,
                    Position(origin.version, target.version, step / 100),
                    partial=True,
                )
                for step in steps
            ]
        if current != destination:
            planned.append(Move(target.function, origin, destination))
    return planned


def version_with_same_code(version: Version, versions: Sequence[Version]) -> Version | None:
    """Find the version of another function that has the same package.

    A change of settings publishes another version of the same package. One apply publishes all
    functions, so of several the one published closest in time belongs to the version.
    """
    same = [each for each in versions if each.code_sha256 == version.code_sha256]
    return min(same, key=lambda each: abs(each.published_at - version.published_at), default=None)


@dataclass(frozen=True, slots=True)
class Choice:
    """A version of csv-processor that a rollback can name.

    Args:
        others: The versions of the other functions that belong to it, by function. A function
            that has no version of the package is missing here, and a rollback is then refused.
        in_service: Whether the alias points to it.
    """

    version: Version
    others: Mapping[str, str]
    in_service: bool


@dataclass(frozen=True, slots=True)
class PutBack:
    """How putting an alias back ended.

    Args:
        position: Where it points now; None where that could not be read.
        problem: Why it does not point to its origin; None where it does.
    """

    function: str
    origin: Position
    position: Position | None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class ReconcilerRun:
    """The run of the csv-reconciler that is back in service.

    Args:
        problem: Why it failed; None where it did not.
    """

    target: Target
    problem: str | None


@dataclass(slots=True)
class RolloutReport:
    """What a rollout did, however it ended.

    Args:
        moved: The moves that were made, in order.
        migrated: What the administrator answered.
        sources: What became of the sources that were to be put into force; None where none were.
        failure: Why it failed; None where it did not.
        alarms_on: The alarms that were on when it ended.
        alarms_problem: Why the alarms could not be looked at; None where they were.
    """

    release: Release
    moved: list[Move] = field(default_factory=list)
    migrated: Any = None
    sources: SourcesApplied | None = None
    canary: SentCanary | None = None
    verdict: CanaryVerdict | None = None
    failure: str | None = None
    put_back: list[PutBack] = field(default_factory=list)
    reconciler_run: ReconcilerRun | None = None
    alarms_on: list[str] = field(default_factory=list)
    alarms_problem: str | None = None

    @property
    def rolled_back(self) -> bool | None:
        """Whether every alias is back at its origin; None where none was to be put back."""
        return all(each.problem is None for each in self.put_back) if self.put_back else None
