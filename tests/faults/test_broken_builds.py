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


@pytest.fixture
def unguarded(repaired_arena: Arena) -> Iterator[Arena]:
    """The same with a database that refuses nothing, which would hide what this build does."""

    def triggers(verb: str) -> None:
        with repaired_arena.superuser() as connection:
            for table in ("file_metadata", "file_attempt", "notification"):
                connection.run(f"ALTER TABLE {table} {verb} TRIGGER USER")

    triggers("DISABLE")
    yield repaired_arena
    triggers("ENABLE")


def test_without_its_fence_and_the_databases_an_outcome_is_doubled(unguarded: Arena) -> None:
    key = "broken/fence.csv"
    unguarded.function.deploy(broken="fence")
    unguarded.order(key, Point.BACKED_UP, Act.HOLD)
    upload = unguarded.put(key, GOOD)
    unguarded.await_held(key, Point.BACKED_UP)
    unguarded.end_leases(key, by_hand=True)
    unguarded.send(upload)
    eventually("the outcome of its successor", lambda: unguarded.unfinished(key) == 0)
    unguarded.let_go(key, Point.BACKED_UP)
    unguarded.settle(key, by_hand=True)
    account = Audit(unguarded, key).run()
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
