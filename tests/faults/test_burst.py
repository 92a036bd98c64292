"""Many files at one moment: each gets its outcome, once, and no event fails for good.

A sender that copies a folder does this. Nothing else goes wrong here: neither a replay nor
reconciliation may be needed.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import pytest

from rowledger.functions.domain.upload import Upload
from rowledger.local.health import failed_events
from rowledger.local.waiting import until
from tests.faults.arena import Arena
from tests.faults.audit import Account, Audit

PREFIX = "faults/burst/"
CONTENT = b"a,b\n1,2\n3,4\n"
SENDERS = 16
# The copies start cold; a busy machine takes far longer than an idle one.
SECONDS, SECONDS_EACH = 120.0, 1.5


@dataclass(frozen=True)
class Burst:
    """What was sent, what became of it, and how many events failed for good by then."""

    uploads: list[Upload]
    account: Account
    dead_letters: int


@pytest.fixture(scope="module")
def burst(arena: Arena, *, full: bool) -> Burst:
    """One burst for all tests of this file; none of them changes anything."""
    before = failed_events(arena.stack)
    uploads = send(arena, 500 if full else 60)
    seconds = SECONDS + SECONDS_EACH * len(uploads)
    until(lambda: arena.finished(PREFIX) == len(uploads), seconds, every=0.5)
    arena.await_quiet()
    account = Audit(arena, PREFIX).run()
    return Burst(uploads, account, failed_events(arena.stack) - before)


def send(arena: Arena, files: int) -> list[Upload]:
    names = [f"{PREFIX}{number:03}.csv" for number in range(files)]
    with ThreadPoolExecutor(SENDERS) as senders:
        return list(senders.map(partial(arena.put, content=CONTENT), names))


def test_every_file_has_its_outcome(burst: Burst) -> None:
    burst.account.check()
    expected = len(burst.uploads)
    assert (burst.account.uploads, burst.account.outcomes) == (expected, expected)
    assert (burst.account.receipts, burst.account.backups) == (expected, expected)


def test_no_event_failed_for_good(burst: Burst) -> None:
    """Events wait for their turn; they are not tried until there is none left."""
    assert burst.dead_letters == 0
