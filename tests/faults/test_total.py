"""The last count, over all that the other tests of the suite did: the line that it ends with."""

import pytest

from tests.faults.arena import Arena
from tests.faults.audit import Audit
from tests.figures import COUNT


def test_nothing_was_lost_or_doubled(arena: Arena, pytestconfig: pytest.Config) -> None:
    """Its name sorts last, so that pytest runs it last."""
    arena.settle("faults/")
    account = Audit(arena, "faults/").run()
    tally = arena.tally
    pytestconfig.stash[COUNT] = (
        f"rows {account.rows}, receipts {account.receipts}, backups {account.backups},"
        f" mails sent again {account.repeated}, copies killed {tally.kills},"
        f" database restarts {tally.database_restarts}\n"
        f"faults: {len(tally.points)} crash points, {tally.events} events,"
        f" {account.uploads} uploads, {len(account.lost)} lost, {len(account.doubled)} doubled,"
        f" {account.mails} mails and {account.events} events for {account.outcomes} outcomes"
    )
    account.check()
