"""Builds that are broken on purpose: the count must find what they do, or it counts nothing."""

from collections.abc import Iterator

import pytest

from tests.e2e.pipeline import eventually
from tests.faults.arena import Arena
from tests.faults.audit import Audit
from tests.faults.injected.points import Act, Point

GOOD = b"id,note\n1,one\n2,two\n"


@pytest.fixture
def mended(arena: Arena) -> Iterator[Arena]:
    """The arena, its function as before afterwards."""
    yield arena
    arena.function.deploy()


def test_without_its_fence_an_outcome_is_doubled(mended: Arena) -> None:
    key = "broken/fence.csv"
    mended.function.deploy(broken="fence")
    mended.order(key, Point.BACKED_UP, Act.HOLD)
    upload = mended.put(key, GOOD)
    mended.await_held(key, Point.BACKED_UP)
    mended.end_leases(key, by_hand=True)
    mended.send(upload)
    eventually("the outcome of its successor", lambda: mended.unfinished(key) == 0)
    mended.let_go(key, Point.BACKED_UP)
    mended.settle(key, by_hand=True)
    account = Audit(mended, key).run()
    assert any("2 notifications" in each for each in account.doubled)
    assert account.mails == 2


def test_announcing_before_the_commit_is_found(mended: Arena) -> None:
    key = "broken/outbox.csv"
    mended.function.deploy(broken="outbox")
    mended.order(key, Point.COMMITTING, Act.KILL)
    mended.await_carried_out(mended.put(key, GOOD))
    mended.settle(key, by_hand=True)
    account = Audit(mended, key).run()
    assert any("announced and never committed" in each for each in account.doubled)
