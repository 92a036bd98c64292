"""Named points between the function's steps, where an order of the test may end or hold it.

An order is a file `<point>.<act>.<n>` in a folder of the upload's own; whoever removes it carries
it out, so that each is carried out once, whichever process gets there first.
"""

import os
import signal
import time
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

FOLDER_VARIABLE = "ROWLEDGER_FAULTS_FOLDER"
# "fence" or "outbox": what a deliberately broken build lacks, to show that the suite sees it.
BREAK_VARIABLE = "ROWLEDGER_FAULTS_BREAK"
# A function that is held this long was forgotten: it goes on, and the test fails.
PATIENCE_SECONDS = 120.0
_POLL_SECONDS = 0.02


class Point(StrEnum):
    """In the order in which an attempt passes them; each names what has just been done."""

    RECEIVED = "received"
    CLAIMED = "claimed"
    READING = "reading"
    COUNTED = "counted"
    RECEIPTED = "receipted"
    COPIED = "copied"
    BACKED_UP = "backed-up"
    COMMITTING = "committing"
    COMMITTED = "committed"
    EVENT_PUBLISHED = "event-published"
    EVENT_SENT = "event-sent"
    PUBLISHED = "published"
    SENT = "sent"
    WAITING = "waiting"
    DIGEST_MADE = "digest-made"
    DIGEST_PUBLISHED = "digest-published"
    DIGEST_SENT = "digest-sent"


# Passed only beyond the budget of mails; all others by each attempt.
OF_MAILS = (Point.WAITING, Point.DIGEST_MADE, Point.DIGEST_PUBLISHED, Point.DIGEST_SENT)


class Act(StrEnum):
    KILL = "kill"
    """SIGKILL itself: nothing is given back."""
    HOLD = "hold"
    """Wait until the order to go on is there, while the rest of the world goes on."""


class Points:
    """The points of one process, which works on one upload at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._orders = folder

    def begin(self, key: str) -> None:
        self._orders = orders_for(self._folder, key)

    def reach(self, point: Point) -> None:
        # A digest is of no one upload.
        of_all = point in OF_MAILS and point is not Point.WAITING
        for order in sorted((self._folder if of_all else self._orders).glob(f"{point}.*")):
            try:
                order.unlink()
            except FileNotFoundError:
                continue  # another process was first
            self._carry_out(point, Act(order.name.split(".")[1]))

    def _carry_out(self, point: Point, act: Act) -> None:
        if act is Act.KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        held(self._orders, point).touch()
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until and held(self._orders, point).exists():
            time.sleep(_POLL_SECONDS)


def orders_for(folder: Path, key: str) -> Path:
    """The folder of a key's orders, whatever characters and length the key has."""
    return folder / sha256(key.encode()).hexdigest()


def held(orders: Path, point: Point) -> Path:
    """The mark of a held attempt; it goes on when the mark is removed."""
    return orders / f"held-at-{point}"


def mark_of_rest(folder: Path, pid: int) -> Path:
    """There while that copy of the function has nothing to do."""
    return folder / f"resting-{pid}"


def mark_of_work(folder: Path, pid: int) -> Path:
    """There while that copy of the function works on an event; one that starts has none yet."""
    return folder / f"working-{pid}"
