"""Faults between the function and PostgreSQL: a server that is away, a connection that breaks."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from pg8000.native import identifier, literal

from tests.e2e.pipeline import eventually
from tests.faults.audit import Audit
from tests.faults.edge import CONTENT, DONE, PREFIX, SAYS_GET, SECRET, Edge
from tests.faults.wire import Deed

SAYS_COMMIT = rb"COMMIT\x00"


def test_a_restart_between_claim_and_commit_costs_no_attempt(edge: Edge, *, full: bool) -> None:
    if not full:
        pytest.skip("for the full suite; test_stream.py restarts it in short")
    with edge.aws.fault(SAYS_GET, Deed.HOLD):
        upload = edge.put("database/restarted.csv", CONTENT)
        edge.await_claim(upload)
        edge.arena.restart_database()
    assert edge.outcome(upload) == DONE
    assert edge.attempts(upload) == ["SUCCESS"]


def test_a_connection_that_breaks_before_the_commit_arrives(edge: Edge) -> None:
    with edge.database.fault(SAYS_COMMIT, Deed.CUT, times=1) as cut:
        upload = edge.put("database/commit-unheard.csv", CONTENT)
        assert edge.outcome(upload) == DONE
    assert (cut.done, edge.attempts(upload)) == (1, ["DATABASE_UNAVAILABLE", "SUCCESS"])


def test_a_database_away_for_longer_than_all_tries(edge: Edge) -> None:
    """It goes as it has committed one upload and not said so, and before it hears of another."""
    with edge.database.fault(SAYS_COMMIT, Deed.CUT, after=0, times=1) as lost:
        unanswered = edge.put("away/commit-unanswered.csv", CONTENT)
        eventually("a lost answer", lambda: lost.done)
    with edge.database.down():
        unheard = edge.put("away/unheard.csv", CONTENT)
        for upload in (unanswered, unheard):
            assert "DATABASE_UNAVAILABLE" in edge.await_dead_letter(upload)
    assert (edge.attempts(unanswered), edge.attempts(unheard)) == (["SUCCESS"], [])
    edge.arena.settle(f"{PREFIX}away/")
    assert [edge.outcome(unanswered), edge.outcome(unheard)] == [DONE, DONE]
    assert edge.attempts(unanswered) == ["SUCCESS"]
    account = Audit(edge.arena, f"{PREFIX}away/").run()
    account.check()
    assert (account.outcomes, account.mails) == (2, 2)


def test_what_waits_for_a_lease(edge: Edge, *, full: bool) -> None:
    """A claim that could not be given back, and a right to publish that its holder knows not of.

    On AWS a retry has its first try's request id and takes either at once; here it has its own.
    """
    if not full:
        pytest.skip("for the full suite")
    with ExitStack() as away:
        with edge.aws.fault(SAYS_GET, Deed.HOLD):
            held = edge.put("lease/claim.csv", CONTENT)
            edge.await_claim(held)
            away.enter_context(edge.database.down())
        assert "DATABASE_UNAVAILABLE" in edge.await_dead_letter(held)
    with edge.database.fault(SAYS_COMMIT, Deed.CUT, after=0, times=1) as lost:
        committed = edge.put("lease/publishing.csv", CONTENT)
        assert "another attempt is announcing" in edge.await_dead_letter(committed)
    assert lost.done == 1
    assert (edge.attempts(held), edge.attempts(committed)) == ([None], ["SUCCESS"])
    edge.arena.settle(f"{PREFIX}lease/")
    assert [edge.outcome(held), edge.outcome(committed)] == [DONE, DONE]
    assert (edge.attempts(held), edge.attempts(committed)) == ([None, "SUCCESS"], ["SUCCESS"])
    Audit(edge.arena, f"{PREFIX}lease/").run().check()


def test_credentials_rotated_while_warm(edge: Edge) -> None:
    assert edge.outcome(edge.put("database/rotation-begins.csv", CONTENT)) == DONE
    warm = {worker.pid for worker in edge.arena.function.workers()}
    with rotation(edge):
        rotate(edge, "rotated once")
        edge.keep_secret(edge.credentials_with("rotated once"))
        upload = edge.put("database/rotated.csv", CONTENT)
        assert edge.outcome(upload) == DONE
        assert edge.attempts(upload) == ["SUCCESS"]
        assert warm & {worker.pid for worker in edge.arena.function.workers()}


def test_a_password_changed_before_its_secret(edge: Edge) -> None:
    with rotation(edge), edge.burst.rules(SECRET | {"latency": 1}):
        rotate(edge, "rotated too early")
        upload = edge.put("database/rotated-too-early.csv", CONTENT)
        eventually("a look at the secret", lambda: edge.burst.fired() > [0])
        edge.keep_secret(edge.credentials_with("rotated too early"))
        assert edge.outcome(upload) == DONE


@contextmanager
def rotation(edge: Edge) -> Iterator[None]:
    """Give the function's role its own password back in the end."""
    try:
        yield
    finally:
        rotate(edge, edge.credentials.password)
        edge.keep_secret(edge.credentials)


def rotate(edge: Edge, password: str) -> None:
    """Give the function's role another password, and end what it has open."""
    with edge.arena.superuser() as connection:
        connection.run(f"ALTER ROLE {identifier(edge.login.username)} PASSWORD {literal(password)}")
        connection.run(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = :role",
            role=edge.login.username,
        )
