"""A pass of reconciliation: one walk over the whole bucket, its totals, and what it may claim."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from rowledger.functions.domain.reconciliation import (
    RepairKind,
    RepairPlan,
    RepairResult,
    Verdict,
)
from rowledger.functions.domain.text import printable
from rowledger.functions.domain.typed_json import NEW
from rowledger.functions.domain.upload import CLOCK_MARGIN, Upload

# Problems that are kept with their names; beyond that they are only counted.
MAX_LISTED_PROBLEMS = 200


@dataclass(frozen=True, slots=True)
class Problem:
    """An upload that is not as expected. key: with control characters escaped."""

    key: str
    version_id: str
    what: str


@dataclass(slots=True)
class Totals:
    """The running totals of a pass.

    received counts what the listing gave, as far as the walk has come in it; verdicts count what
    was decided of each upload. Each is counted by itself, so that comparing the two shows an upload
    that was left out or decided twice.
    ignored: versions with a name that the pipeline does not take.
    needed, repaired: by kind of repair.
    problem_count: of all problems; problems has the first of them.
    oldest_open: the received time of the oldest upload that was seen without a final outcome.
    """

    received: int = 0
    ignored: int = 0
    verdicts: dict[Verdict, int] = field(default_factory=lambda: dict.fromkeys(Verdict, 0))
    needed: dict[RepairKind, int] = field(default_factory=lambda: dict.fromkeys(RepairKind, 0))
    repaired: dict[RepairKind, int] = field(default_factory=lambda: dict.fromkeys(RepairKind, 0))
    problem_count: int = 0
    problems: list[Problem] = field(default_factory=list)
    oldest_open: datetime | None = None

    @property
    def balanced(self) -> bool:
        return self.received == sum(self.verdicts.values())

    def add_repairs(self, plan: RepairPlan, result: RepairResult) -> None:
        """Count what was needed for an upload, what was repaired, and what stays a problem."""
        for repair in plan.repairs:
            self.needed[repair.kind] += 1
        for kind in result.repaired:
            self.repaired[kind] += 1
        if result.problems:
            self.add_problem(plan.upload, "; ".join(result.problems))

    def add_problem(self, upload: Upload, what: str) -> None:
        self.problem_count += 1
        if len(self.problems) < MAX_LISTED_PROBLEMS:
            self.problems.append(Problem(printable(upload.key), upload.version_id, printable(what)))

    def add_verdict(self, verdict: Verdict, recorded: Upload) -> None:
        """Count one upload of the bucket. recorded: as the ledger has it."""
        self.verdicts[verdict] += 1
        if verdict in (Verdict.MISSING, Verdict.IN_FLIGHT):
            received_at = recorded.received_at
            self.oldest_open = min(self.oldest_open or received_at, received_at)

    def lists_problem_of(self, upload: Upload) -> bool:
        identity = (printable(upload.key), upload.version_id)
        return any(identity == (each.key, each.version_id) for each in self.problems)


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last version walked past, as S3's key and version markers; empty at the start."""

    key: str = ""
    version_id: str = ""


@dataclass(frozen=True, slots=True)
class PassRequest:
    """Somebody's request on record, for which a pass was begun or gone on with."""

    id: int
    requested_at: datetime
    by: str
    identity: str | None
    reason: str


@dataclass(slots=True)
class Pass:
    """One walk over the whole bucket, in as many runs as it takes.

    run: the number of the run that works on it; an earlier run can save nothing any more.
    swept: the id of the last ledger row that was looked at after the walk; None during the walk.
    repaired_in_run: how many uploads its latest run repaired or tried to; it is not kept.
    complete_through: set when the pass has ended, and only then.
    requests: where they are asked for; the schedule's part of a pass has none.
    """

    id: int
    began_at: datetime
    run: int = 1
    cursor: Cursor = Cursor()
    swept: int | None = None
    totals: Totals = field(default_factory=Totals)
    repaired_in_run: int = 0
    ended_at: datetime | None = None
    complete_through: datetime | None = None
    requests: tuple[PassRequest, ...] = field(default=(), metadata=NEW)

    @property
    def clean(self) -> bool:
        """Whether it has ended, balances, and found nothing that is not as expected."""
        totals = self.totals
        return (
            self.ended_at is not None
            and totals.balanced
            and not totals.problem_count
            and not totals.verdicts[Verdict.MISSING]
        )


def complete_through(finished: Pass, oldest_unfinished: datetime | None) -> datetime:
    """Return T, of which a finished pass may say: each upload received before T has its outcome.

    Received means: became visible in the bucket. What becomes visible while a pass runs may come
    to a place that the walk has passed, so a pass speaks for nothing received since it began, less
    a margin for clocks that differ. What was visible before was listed, and each of those without
    a final outcome when it was seen, or still without one in the ledger at the end, moves T back to
    its own received time. For an upload without an event that is its version's LastModified, which
    for a multipart upload is the moment it was begun: never later than the moment it became
    visible, so T errs to the early side only.

    Args:
        finished: the pass.
        oldest_unfinished: the earliest received time of a ledger row without a final status, as of
            the end of the pass; it also speaks for rows whose version is gone from the bucket.
    """
    open_since = (finished.totals.oldest_open, oldest_unfinished)
    return min(
        (finished.began_at - CLOCK_MARGIN, *(each for each in open_since if each is not None))
    )


def looks_for_old_backups(began_at: datetime, previous_began_at: datetime | None) -> bool:
    """Say whether a pass looks for the backups of old uploads: the first that begins in a UTC day.

    previous_began_at: of the pass before it; None where there is none.
    """
    if previous_began_at is None:
        return True
    return previous_began_at.astimezone(UTC).date() < began_at.astimezone(UTC).date()
