"""What reconciliation finds of an upload, what it may do about it, and what a pass may claim.

A pass walks every version in the input bucket once and holds each against the ledger, the receipts
and the backups. Deciding is pure: it sees gathered facts and names a verdict and what to heal.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from rowledger.functions.domain.outcome import Outcome, Status
from rowledger.functions.domain.upload import Upload

# S3, the database and the function read clocks of their own; a minute is far more than they differ.
CLOCK_MARGIN = timedelta(minutes=1)


class Verdict(StrEnum):
    """Where an upload stands; every upload that was received has exactly one."""

    SUCCEEDED = "succeeded"
    REJECTED = "rejected"
    IN_FLIGHT = "in_flight"
    MISSING = "missing"


class Heal(StrEnum):
    """What can be mended."""

    PROCESS = "process"
    TAKE_OVER = "take_over"
    ANNOUNCE = "announce"
    RECEIPT = "receipt"
    BACKUP = "backup"

    @property
    def wrong(self) -> str:
        """What is wrong until it is mended, in words."""
        return _WRONG[self]


_WRONG = {
    Heal.PROCESS: "it has no ledger row",
    Heal.TAKE_OVER: "its attempt ended without an outcome",
    Heal.ANNOUNCE: "its notification was not sent",
    Heal.RECEIPT: "its receipt is missing",
    Heal.BACKUP: "its backup is missing",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A ledger row as reconciliation needs it.

    upload: as it was recorded at the first claim.
    held: PROCESSING under a lease that has not ended.
    unsent: its outcome waits to be announced, and nobody is about to.
    sha256: None where the object was deleted before it could be read; there is no backup then.
    recorded_at: when its status was recorded. duration_ms: None while PROCESSING.
    attempt: the latest; announced: whether its notification was sent.
    """

    file_id: int
    upload: Upload
    status: Status
    held: bool
    unsent: bool
    rows_count: int | None
    sha256: str | None
    recorded_at: datetime
    duration_ms: int | None
    receipt_key: str
    backup_key: str
    attempt: int
    announced: bool

    @property
    def is_final(self) -> bool:
        return self.status is not Status.PROCESSING

    @property
    def has_backup(self) -> bool:
        """Whether a backup is to be expected."""
        return self.is_final and self.sha256 is not None

    def agrees_with(self, outcome: Outcome) -> bool:
        """Whether reading the version again gave what the ledger says of it."""
        return (self.status, self.rows_count, self.sha256, self.upload.size_bytes) == (
            outcome.status,
            outcome.rows,
            outcome.sha256,
            outcome.size_bytes,
        )


@dataclass(frozen=True, slots=True)
class Account:
    """A ledger row, and whether what it speaks of is there: objects at exactly the row's keys.

    Both mean nothing where the row is not final.
    """

    entry: Entry
    receipt_there: bool
    backup_there: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What was gathered of one upload.

    age: since it was received. receipt_there, backup_there: of the row's own keys; they mean
    nothing where there is no final row.
    """

    age: timedelta
    entry: Entry | None
    receipt_there: bool = True
    backup_there: bool = True


@dataclass(frozen=True, slots=True)
class Finding:
    """heals: in the order in which they are to be done; empty where nothing is wrong."""

    verdict: Verdict
    heals: tuple[Heal, ...] = ()


def decide(facts: Facts, grace: timedelta) -> Finding:
    """The verdict on an upload and what would mend it.

    grace: how long an upload without an outcome is left to its event and that one's retries.
    """
    entry = facts.entry
    if entry is None:
        if facts.age < grace:
            return Finding(Verdict.IN_FLIGHT)
        return Finding(Verdict.MISSING, (Heal.PROCESS,))
    if not entry.is_final:
        # A lease that was given back after a fault is Lambda's retry to take first.
        if entry.held or facts.age < grace:
            return Finding(Verdict.IN_FLIGHT)
        return Finding(Verdict.MISSING, (Heal.TAKE_OVER,))
    wrong = {
        Heal.ANNOUNCE: entry.unsent,
        Heal.RECEIPT: not facts.receipt_there,
        Heal.BACKUP: entry.has_backup and not facts.backup_there,
    }
    return Finding(verdict_of(entry.status), tuple(heal for heal, is_so in wrong.items() if is_so))


def verdict_of(status: Status) -> Verdict:
    """The verdict on an upload with a final status."""
    return Verdict.REJECTED if status is Status.FAILED else Verdict.SUCCEEDED


@dataclass(frozen=True, slots=True)
class Offender:
    """An upload that is not as it should be. key: with control characters escaped."""

    key: str
    version_id: str
    what: str


@dataclass(slots=True)
class Totals:
    """The running totals of a pass.

    received counts what the listing gave, as far as the walk has come in it, verdicts what was said
    of each upload, so that the two can be held against each other.
    ignored: versions with a name that the pipeline does not take.
    needed, healed: by kind of heal. offender_count: of all; offenders holds the first of them.
    oldest_open: the received time of the oldest upload that was seen without a final outcome.
    """

    received: int = 0
    ignored: int = 0
    verdicts: dict[Verdict, int] = field(default_factory=lambda: dict.fromkeys(Verdict, 0))
    needed: dict[Heal, int] = field(default_factory=lambda: dict.fromkeys(Heal, 0))
    healed: dict[Heal, int] = field(default_factory=lambda: dict.fromkeys(Heal, 0))
    offender_count: int = 0
    offenders: list[Offender] = field(default_factory=list)
    oldest_open: datetime | None = None

    @property
    def balanced(self) -> bool:
        return self.received == sum(self.verdicts.values())

    def open_since(self, received_at: datetime) -> None:
        """Note an upload without a final outcome."""
        self.oldest_open = min(self.oldest_open or received_at, received_at)


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last version walked past, as S3's key and version markers; empty at the start."""

    key: str = ""
    version_id: str = ""


@dataclass(slots=True)
class Pass:
    """One walk over the whole bucket, in as many runs as it takes.

    run: the number of the run that has it in hand; an earlier run can save nothing any more.
    swept: the last ledger row (its id) that was looked at behind the walk; None while that goes on.
    mended: how many uploads its latest run mended or tried to; it is not kept.
    complete_through: set when the pass has ended, and only then.
    """

    id: int
    began_at: datetime
    run: int = 1
    cursor: Cursor = Cursor()
    swept: int | None = None
    totals: Totals = field(default_factory=Totals)
    mended: int = 0
    ended_at: datetime | None = None
    complete_through: datetime | None = None

    @property
    def clean(self) -> bool:
        """Whether it has ended, balances, and nothing is wrong."""
        totals = self.totals
        return (
            self.ended_at is not None
            and totals.balanced
            and not totals.offender_count
            and not totals.verdicts[Verdict.MISSING]
        )


def complete_through(finished: Pass, oldest_unfinished: datetime | None) -> datetime:
    """T, of which a finished pass may say: every upload received before T has a final outcome.

    Received means: became visible in the bucket. What becomes visible while a pass runs may stand
    at a place that the walk has passed, so a pass speaks for nothing received since it began, less
    a margin for clocks that differ. What was visible before was listed, and each of those without
    a final outcome when it was seen, or still without one in the ledger at the end, moves T back to
    its own received time. For an upload without an event that is its version's LastModified, which
    for a multipart upload is the moment it was begun: never later than the moment it became
    visible, so T errs to the early side only.

    oldest_unfinished: the earliest received time of a ledger row without a final status, as of the
        end of the pass; it also speaks for rows whose version is gone from the bucket.
    """
    open_since = (finished.totals.oldest_open, oldest_unfinished)
    return min(
        (finished.began_at - CLOCK_MARGIN, *(each for each in open_since if each is not None))
    )
