"""What a deployment moves, in which order and by which steps, and what its canary must come to.

A function's versions never change; what is in service is the version that its alias stands at. The
three functions are one package, so their aliases move together: the administrator and the
reconciler first, for they speak for the new version, and csv-processor last.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

CANARY_PREFIX = "rowledger-canary/"
CANARY_ROWS = 3
CANARY = b"row,note\n1,canary\n2,canary\n3,canary\n"
# Shares of a step, in percent: beyond them nothing is shared.
_LEAST_SHARE, _WHOLE = 1, 100


@dataclass(frozen=True, slots=True)
class Position:
    """Where an alias stands. weight: the share of the invocations, of 1, that `beside` gets."""

    version: str
    beside: str | None = None
    weight: float = 0.0

    def __str__(self) -> str:
        if self.beside is None:
            return f"version {self.version}"
        return f"version {self.version}, {self.weight:.0%} at version {self.beside}"


@dataclass(frozen=True, slots=True)
class Alias:
    """An alias as it was read. revision: changes whenever anybody moves it."""

    function: str
    name: str
    position: Position
    revision: str


@dataclass(frozen=True, slots=True)
class Version:
    """A published version. code_sha256: of its package."""

    number: str
    code_sha256: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Target:
    """A function, and the version of it that is meant."""

    function: str
    version: str

    def __str__(self) -> str:
        return f"{self.function}:{self.version}"


@dataclass(frozen=True, slots=True)
class Release:
    """The versions of the functions that go together, and where they are in service."""

    alias: str
    input_bucket: str
    administrator: Target
    reconciler: Target
    processor: Target

    @property
    def targets(self) -> tuple[Target, ...]:
        """In the order in which they are moved."""
        return (self.administrator, self.reconciler, self.processor)


@dataclass(frozen=True, slots=True)
class Move:
    """A function's alias, from where it stood when the deployment began to where it goes.

    partial: one of several steps, after which the alarm is looked at.
    """

    function: str
    origin: Position
    to: Position
    partial: bool = False


def read_outputs(outputs: Any) -> Release:  # noqa: ANN401 -- somebody else's JSON
    """What `terraform output -json` printed; raise ValueError where it is not this pipeline's."""
    try:
        functions = outputs["functions"]["value"]
        targets = {
            use: Target(str(functions[use]["name"]), str(functions[use]["version"]))
            for use in ("administrator", "reconciler", "processor")
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
    """Steps such as "10,50": rising percentages; raise ValueError."""
    if not text:
        return ()
    steps = tuple(int(each) for each in text.split(","))
    rising = all(one < other for one, other in pairwise(steps))
    if not rising or steps[0] < _LEAST_SHARE or steps[-1] >= _WHOLE:
        raise ValueError(f"{text} are not rising percentages from 1 to 99")
    return steps


def moves(standing: Mapping[str, Alias], release: Release, steps: Sequence[int]) -> list[Move]:
    """What is to be moved, in order; nothing for an alias that stands there already.

    standing: the aliases by function. steps: percentages of csv-processor's invocations.
    """
    planned = []
    for target in release.targets:
        # Weights that a deployment left, which was killed, are none to go back to.
        origin, there = (
            Position(standing[target.function].position.version),
            Position(target.version),
        )
        if target == release.processor and origin != there:
            planned += [
                Move(
                    target.function,
                    origin,
                    Position(origin.version, target.version, step / 100),
                    partial=True,
                )
                for step in steps
            ]
        if standing[target.function].position != there:
            planned.append(Move(target.function, origin, there))
    return planned


def companion(version: Version, versions: Sequence[Version]) -> Version | None:
    """Of another function's versions, the one that belongs to a version: of the same package.

    A change of settings makes versions of the same package too: of these it is the one that was
    published closest in time, as one apply publishes all functions.
    """
    same = [each for each in versions if each.code_sha256 == version.code_sha256]
    return min(same, key=lambda each: abs(each.published_at - version.published_at), default=None)


@dataclass(frozen=True, slots=True)
class Choice:
    """A version of csv-processor to go back to.

    others: the versions of the other functions that go with it, by function; one without any of
    the package is not in it, and the choice is none. in_service: whether the alias is at it.
    """

    version: Version
    others: Mapping[str, str]
    in_service: bool


@dataclass(frozen=True, slots=True)
class Sent:
    """A canary in the input bucket."""

    key: str
    version_id: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a canary has come to. passed: None while that is open. reason: what is, or is amiss."""

    passed: bool | None
    reason: str


def canary_key(moment: datetime, version: str) -> str:
    """Such as rowledger-canary/20261122T091500.250Z-7.csv."""
    utc = moment.astimezone(UTC)
    return f"{CANARY_PREFIX}{utc:%Y%m%dT%H%M%S}.{utc.microsecond // 1000:03d}Z-{version}.csv"


def judge(account: Any) -> Verdict:  # noqa: ANN401 -- what a function of some version answered
    """The verdict on a canary whose account csv-reconciler gave."""
    match account:
        case {"row": None}:
            return Verdict(None, "it has no ledger row")
        case {"row": {"status": "PROCESSING", "attempts": attempts}}:
            return Verdict(None, f"it has no outcome, in attempt {attempts}")
        case {"row": {"status": "SUCCESS", "rows_count": rows}} if rows == CANARY_ROWS:
            return _judge_traces(account)
        case {"row": {"status": status, "rows_count": rows}}:
            return Verdict(
                passed=False,
                reason=f"its row says {status} with {rows} rows, not SUCCESS with {CANARY_ROWS}",
            )
    return Verdict(passed=False, reason="csv-reconciler gave no account of it")


def _judge_traces(account: Mapping[str, Any]) -> Verdict:
    wanting = [
        what
        for what, there in (
            ("its receipt is not there", account.get("receipt")),
            ("its backup is not there", account.get("backup")),
            ("its notification was not sent", account.get("announced")),
        )
        if there is not True
    ]
    if wanting:
        return Verdict(None, ", ".join(wanting))
    attempts = account["row"].get("attempts")
    again = "" if attempts == 1 else f", in attempt {attempts}"
    return Verdict(passed=True, reason=f"it is recorded, receipted, backed up and announced{again}")


@dataclass(frozen=True, slots=True)
class PutBack:
    """What became of putting an alias back.

    stands: where it stands now; None where that could not be read. trouble: why it does not stand
    where it should; None where it does.
    """

    function: str
    origin: Position
    stands: Position | None
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class Mending:
    """The one run of the reconciler that is back in service. trouble: why it failed, or None."""

    target: Target
    trouble: str | None


@dataclass(slots=True)
class Report:
    """What a deployment did, however it ended.

    moved: in order, as far as it came. migrated: what the administrator answered. failure: why it
    failed; None where it did not.
    """

    release: Release
    moved: list[Move] = field(default_factory=list)
    migrated: Any = None
    canary: Sent | None = None
    verdict: Verdict | None = None
    failure: str | None = None
    put_back: list[PutBack] = field(default_factory=list)
    mending: Mending | None = None

    @property
    def rolled_back(self) -> bool | None:
        """Whether every alias stands where it stood; None where none was to be put back."""
        return all(each.trouble is None for each in self.put_back) if self.put_back else None
