"""Builds that are broken on purpose: the count must find what they do, or it counts nothing."""

import re
from collections.abc import Iterator

import pytest

from rowledger.functions.adapters.postgres.ledger import QUERIES
from tests.e2e.pipeline import eventually
from tests.faults.arena import Arena
from tests.faults.audit import Audit
from tests.faults.injected.parts import WITHOUT_FENCE
from tests.faults.injected.points import Act, Point

GOOD = b"id,note\n1,one\n2,two\n"


@pytest.fixture
def repaired_arena(arena: Arena) -> Iterator[Arena]:
    """The arena, its function as before afterwards."""
    yield arena
    arena.function.deploy()


def test_without_its_fence_an_outcome_is_doubled(repaired_arena: Arena) -> None:
    key = "broken/fence.csv"
    repaired_arena.function.deploy(broken="fence")
    repaired_arena.order(key, Point.BACKED_UP, Act.HOLD)
    upload = repaired_arena.put(key, GOOD)
    repaired_arena.await_held(key, Point.BACKED_UP)
    repaired_arena.end_leases(key, by_hand=True)
    repaired_arena.send(upload)
    eventually("the outcome of its successor", lambda: repaired_arena.unfinished(key) == 0)
    repaired_arena.let_go(key, Point.BACKED_UP)
    repaired_arena.settle(key, by_hand=True)
    account = Audit(repaired_arena, key).run()
    assert any("2 notifications" in each for each in account.doubled)
    assert account.mails == 2


def test_announcing_before_the_commit_is_found(repaired_arena: Arena) -> None:
    key = "broken/outbox.csv"
    repaired_arena.function.deploy(broken="outbox")
    repaired_arena.order(key, Point.COMMITTING, Act.KILL)
    repaired_arena.await_carried_out(repaired_arena.put(key, GOOD))
    repaired_arena.settle(key, by_hand=True)
    account = Audit(repaired_arena, key).run()
    assert any("announced and never committed" in each for each in account.doubled)


def test_the_build_without_its_fence_commits_what_the_product_commits() -> None:
    placeholders = [
        set(re.findall(r":(\w+)", queries["commit"])) for queries in (WITHOUT_FENCE, QUERIES)
    ]
    assert placeholders[0] == placeholders[1]
