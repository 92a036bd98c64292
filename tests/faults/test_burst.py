"""Many files at one moment: each gets its outcome, once, and people no more mails than they bear.

A sender that copies a folder does this. Nothing else goes wrong here: neither a replay nor
reconciliation may be needed.
"""

from dataclasses import dataclass

import pytest

from rowledger.local.health import failed_events
from rowledger.wiring.environments import local_environment
from rowledger.wiring.operations import ledger_queries
from tests.e2e import mail_burst
from tests.e2e.pipeline import Pipeline
from tests.faults import waiting_mails
from tests.faults.arena import Arena
from tests.faults.audit import Audit
from tests.faults.mail_audit import Account
from tests.figures import FIGURES

PREFIX = "faults/burst/"
FILES = 500
# The copies start cold; a busy machine takes far longer than an idle one.
SECONDS, SECONDS_EACH = 120.0, 1.5


@dataclass(frozen=True)
class Burst:
    """What became of so many files, and how many events failed for good by then."""

    files: int
    told: mail_burst.Burst
    account: Account
    dead_letters: int


@pytest.fixture(scope="module")
def burst(arena: Arena, pytestconfig: pytest.Config, *, full: bool) -> Burst:
    """One burst for all tests of this file; none of them changes anything."""
    if not full:
        pytest.skip("for the full suite; tests/e2e/test_mail_burst.py does it with 60 files")
    before = failed_events(arena.stack)
    pipeline = Pipeline(arena.stack, ledger_queries(local_environment(arena.stack.layout)))
    by_schedule = waiting_mails.only_by_hand(arena.stack, by_hand=False)
    with mail_burst.few_mails(arena.stack), by_schedule:
        timeout = SECONDS + SECONDS_EACH * FILES
        told = mail_burst.run_burst(pipeline, PREFIX, FILES, timeout=timeout)
    pytestconfig.stash[FIGURES].append(told.figures())
    account = Audit(arena, PREFIX).run()
    return Burst(FILES, told, account, failed_events(arena.stack) - before)


def test_every_file_has_its_outcome(burst: Burst) -> None:
    burst.account.check()
    counted = burst.account
    assert (counted.uploads, counted.outcomes) == (burst.files, burst.files)
    assert (counted.receipts, counted.backups) == (burst.files, burst.files)


def test_no_event_failed_for_good(burst: Burst) -> None:
    """Events wait for their turn; they are not tried until there is none left."""
    assert burst.dead_letters == 0


def test_each_is_announced_once_within_the_budget_and_the_alarm_comes_through(
    burst: Burst,
) -> None:
    burst.told.check(burst.files)
