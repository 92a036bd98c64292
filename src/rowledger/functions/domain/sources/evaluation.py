"""Evaluating a window: what came in it, compared with what is expected.

It decides by facts alone: when files were received, what became of them, how they are called. The
result is the same whenever, and however often, it is asked for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fnmatch import fnmatchcase

from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.sources.expectation import Expectation, glob_of
from rowledger.functions.domain.sources.windows import Window

# So long a window waits for a file that has no outcome yet. An upload that has none for longer is
# told of in other ways; once it has one, it counts as late.
PATIENCE = timedelta(hours=1)
# In evidence, of names and ids each.
MOST_NAMED = 50


class WindowState(StrEnum):
    """What became of a window.

    LATE: complete after the due time and within the grace. INCOMPLETE: too few files, or not those
    that must be there. INVALID: what came is not what may come. MISSING: nothing came.
    """

    ON_TIME = "ON_TIME"
    LATE = "LATE"
    INCOMPLETE = "INCOMPLETE"
    INVALID = "INVALID"
    MISSING = "MISSING"

    @property
    def as_expected(self) -> bool:
        return self in {WindowState.ON_TIME, WindowState.LATE}


@dataclass(frozen=True, slots=True)
class ArrivedFile:
    """A file of the source. size_bytes: as stored."""

    id: int
    key: str
    status: Status
    received_at: datetime
    size_bytes: int

    @property
    def name(self) -> str:
        return self.key.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A window's state with its evidence.

    completed_at: when the last file that was needed was received; None where some are lacking.
    late_seconds: of that, after the due time; 0 where it is on time.
    files, rejected, unfinished: ids of the good files, of those that were rejected, and of those
        that have no outcome yet.
    lacking_files: how many. lacking_names: with the date in them. problems: sentences.
    """

    state: WindowState
    completed_at: datetime | None = None
    late_seconds: int = 0
    files: tuple[int, ...] = ()
    rejected: tuple[int, ...] = ()
    unfinished: tuple[int, ...] = ()
    lacking_files: int = 0
    lacking_names: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def can_be_decided(
    window: Window, arrived: Iterable[ArrivedFile], now: datetime, settle: timedelta
) -> bool:
    """Say whether the time has come to evaluate a window.

    arrived: what was received in it so far. now: by the clock of the database. settle: how long a
    file may take from its receipt to its row in the ledger.
    """
    unfinished = any(each.status is Status.PROCESSING for each in arrived)
    return now >= window.ends + (PATIENCE if unfinished else settle)


def evaluate(
    expectation: Expectation, window: Window, due: datetime, arrived: Iterable[ArrivedFile]
) -> Evaluation:
    """Evaluate a window by what arrived in it.

    due: the window's, in the expectation's time zone.
    """
    files = sorted(arrived, key=lambda each: (each.received_at, each.id))
    good = [each for each in files if each.status is Status.SUCCESS]
    names = [glob_of(each, due) for each in expectation.names]
    completed_at = _completed_at(expectation, names, good)
    problems = tuple(_problems(expectation, due, good, complete=completed_at is not None))
    late = max(timedelta(), completed_at - window.due) if completed_at else timedelta()
    lacking = [name for name in names if not any(_fits(each, name) for each in good)]
    return Evaluation(
        state=_state(files, completed_at, problems, late=bool(late)),
        completed_at=completed_at,
        # A part of a second too late is late.
        late_seconds=-(-late // timedelta(seconds=1)),
        files=tuple(each.id for each in good),
        rejected=tuple(each.id for each in files if each.status is Status.FAILED),
        unfinished=tuple(each.id for each in files if each.status is Status.PROCESSING),
        lacking_files=max(0, expectation.files.minimum - len(good)),
        lacking_names=tuple(lacking),
        problems=problems,
    )


def evaluate_late(
    expectation: Expectation,
    window: Window,
    due: datetime,
    arrived: Iterable[ArrivedFile],
) -> Evaluation | None:
    """Evaluate a window that was not as expected once more; None where it still is not.

    arrived: what is in the window, and all since then that may belong to it.
    """
    names = [glob_of(each, due) for each in expectation.names]
    fitting = [
        each
        for each in arrived
        if each.received_at <= window.ends
        or not expectation.names_are_dated
        or any(_fits(each, name) for name in names)
    ]
    found = evaluate(expectation, window, due, _needed(expectation, window, names, fitting))
    return found if found.state.as_expected else None


def _needed(
    expectation: Expectation, window: Window, names: Sequence[str], files: Iterable[ArrivedFile]
) -> list[ArrivedFile]:
    """The files of the window, and of the later ones the good ones until nothing is lacking."""
    needed = list[ArrivedFile]()
    for each in sorted(files, key=lambda each: (each.received_at, each.id)):
        good = [one for one in needed if one.status is Status.SUCCESS]
        if each.received_at > window.ends and (
            each.status is not Status.SUCCESS or _completed_at(expectation, names, good)
        ):
            continue
        needed.append(each)
    return needed


def _completed_at(
    expectation: Expectation, names: Sequence[str], good: Sequence[ArrivedFile]
) -> datetime | None:
    lacking = set(names)
    for number, each in enumerate(good, start=1):
        lacking = {name for name in lacking if not _fits(each, name)}
        if number >= expectation.files.minimum and not lacking:
            return each.received_at
    return None


def _problems(
    expectation: Expectation, due: datetime, good: Sequence[ArrivedFile], *, complete: bool
) -> Iterable[str]:
    most = expectation.files.maximum
    if most is not None and len(good) > most:
        yield f"{len(good):,} files came; {most:,} at most may come."
    for pattern in expectation.forbidden:
        glob = glob_of(pattern, due)
        if found := sum(_fits(each, glob) for each in good):
            yield f"{found:,} of the files have the forbidden name {glob}."
    total, most_bytes = sum(each.size_bytes for each in good), expectation.bytes.maximum
    # Of what is not complete nobody can say that it is too small.
    if total not in expectation.bytes if complete else total > (most_bytes or total):
        yield f"The files have {total:,} bytes together; {_bounds(expectation)}."


def _bounds(expectation: Expectation) -> str:
    least, most = expectation.bytes.minimum, expectation.bytes.maximum
    if most is None:
        return f"expected are {least:,} or more"
    if least is None:
        return f"expected are {most:,} at most"
    return f"expected are {least:,} to {most:,}"


def _state(
    files: Sequence[ArrivedFile],
    completed_at: datetime | None,
    problems: Sequence[str],
    *,
    late: bool,
) -> WindowState:
    if not files:
        return WindowState.MISSING
    if problems:
        return WindowState.INVALID
    if completed_at:
        return WindowState.LATE if late else WindowState.ON_TIME
    rejected = any(each.status is Status.FAILED for each in files)
    return WindowState.INVALID if rejected else WindowState.INCOMPLETE


def _fits(file: ArrivedFile, glob: str) -> bool:
    return fnmatchcase(file.name, glob)
