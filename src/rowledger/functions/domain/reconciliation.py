"""Reconciliation decides here: from what was gathered of an upload to what repairs it.

Nothing is read or written: facts → plan_repairs → a RepairPlan, which services/repairs.py applies.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.upload import CLOCK_MARGIN, Upload

# S3's version id of an object that came while versioning was not enabled.
_NO_VERSION = "null"
_UNVERSIONED = "it has no version: versioning was not enabled when it came"


class Verdict(StrEnum):
    """What is known of an upload; every upload that was received has exactly one verdict."""

    SUCCEEDED = "succeeded"
    REJECTED = "rejected"
    IN_FLIGHT = "in_flight"
    MISSING = "missing"


class RepairKind(StrEnum):
    """What can be repaired, in the order in which it is done."""

    PROCESS = "process"
    TAKE_OVER = "take_over"
    ANNOUNCE = "announce"
    RECEIPT = "receipt"
    BACKUP = "backup"

    @property
    def problem(self) -> str:
        """What is wrong until it is repaired, in words."""
        return _PROBLEMS[self]


_PROBLEMS = {
    RepairKind.PROCESS: "it has no ledger row",
    RepairKind.TAKE_OVER: "its attempt ended without an outcome",
    RepairKind.ANNOUNCE: "its notification was not sent",
    RepairKind.RECEIPT: "its receipt is missing",
    RepairKind.BACKUP: "its backup is missing",
}


@dataclass(frozen=True, slots=True)
class Process:
    """Process an upload that no event led to."""

    kind: ClassVar = RepairKind.PROCESS
    upload: Upload


@dataclass(frozen=True, slots=True)
class TakeOver:
    """Process an upload whose last attempt ended without an outcome."""

    kind: ClassVar = RepairKind.TAKE_OVER
    upload: Upload


@dataclass(frozen=True, slots=True)
class Announce:
    """Send the notification that waits."""

    kind: ClassVar = RepairKind.ANNOUNCE
    row: LedgerRow


@dataclass(frozen=True, slots=True)
class WriteReceipt:
    """Write the receipt again."""

    kind: ClassVar = RepairKind.RECEIPT
    row: LedgerRow


@dataclass(frozen=True, slots=True)
class BackUp:
    """Copy the backup again."""

    kind: ClassVar = RepairKind.BACKUP
    row: LedgerRow


Repair = Process | TakeOver | Announce | WriteReceipt | BackUp


@dataclass(frozen=True, slots=True)
class Facts:
    """What was gathered of one upload.

    upload: as the bucket lists it, or as its row says. age: since it was received.
    row: None where the ledger has none.
    receipt_exists, backup_exists: at the row's own keys; they mean nothing without a final row.
        backup_exists is True too where is_backup_due said that nobody should look.
    contradiction: where the ledger's own records of a final row do not agree; None where they do.
    """

    upload: Upload
    age: timedelta
    row: LedgerRow | None
    receipt_exists: bool = True
    backup_exists: bool = True
    contradiction: str | None = None


@dataclass(frozen=True, slots=True)
class RepairPlan:
    """What reconciliation would do about one upload.

    recorded: the upload as the ledger has it, else as the bucket lists it.
    repairs: in order; empty where nothing can be repaired.
    problem: what is wrong and cannot be repaired; None where nothing is.
    """

    upload: Upload
    recorded: Upload
    verdict: Verdict
    repairs: tuple[Repair, ...] = ()
    problem: str | None = None


@dataclass(slots=True)
class RepairResult:
    """What came of a plan. problems: one sentence for each repair that failed or was not tried."""

    verdict: Verdict
    repaired: list[RepairKind] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def plan_repairs(facts: Facts, grace: timedelta) -> RepairPlan:
    """Decide what is known of an upload and what repairs it.

    Args:
        facts: what was gathered of it.
        grace: how long an upload without an outcome is left to its event and the retries of that.
    """
    upload, row = facts.upload, facts.row
    recorded = row.upload if row else upload
    if upload.version_id == _NO_VERSION:
        return RepairPlan(upload, recorded, Verdict.MISSING, problem=_UNVERSIONED)
    if row is None:
        if facts.age < grace:
            return RepairPlan(upload, recorded, Verdict.IN_FLIGHT)
        return RepairPlan(upload, recorded, Verdict.MISSING, (Process(upload),))
    if not row.is_final:
        # A lease that was given back after a fault is Lambda's retry to take first.
        if row.held_until is not None or facts.age < grace:
            return RepairPlan(upload, recorded, Verdict.IN_FLIGHT)
        return RepairPlan(upload, recorded, Verdict.MISSING, (TakeOver(recorded),))
    repairs: list[Repair] = []
    if row.unsent:
        repairs.append(Announce(row))
    if not facts.receipt_exists:
        repairs.append(WriteReceipt(row))
    if row.was_read and not facts.backup_exists:
        repairs.append(BackUp(row))
    return RepairPlan(
        upload, recorded, verdict_of(row.status), tuple(repairs), problem=facts.contradiction
    )


def age_of(upload: Upload, row: LedgerRow | None, now: datetime) -> timedelta:
    """Return how long ago an upload was received; never less than nothing.

    A time of receipt that is still to come says nothing: the row's own last time stands in for it,
    and an upload without a row is older than any grace.
    """
    received_at = row.received_at if row else upload.received_at
    if received_at > now + CLOCK_MARGIN:
        if row is None:
            return timedelta.max
        received_at = row.timestamp
    return max(now - received_at, timedelta(0))


def is_backup_due(row: LedgerRow, age: timedelta, old_after: timedelta, *, old: bool) -> bool:
    """Decide whether the backup of a row is looked for.

    Args:
        row: of the upload.
        age: since it was received.
        old_after: the age from which its backup may be archived, where each look is dear.
        old: whether this pass looks for those too.
    """
    return row.was_read and (old or age < old_after)


def not_applied(plan: RepairPlan) -> RepairResult:
    """Return the result of a dry run: every repair that is needed is a problem."""
    return RepairResult(plan.verdict, problems=[repair.kind.problem for repair in plan.repairs])


def verdict_of(status: Status) -> Verdict:
    """Return the verdict on an upload with a final status."""
    return Verdict.REJECTED if status is Status.FAILED else Verdict.SUCCEEDED
