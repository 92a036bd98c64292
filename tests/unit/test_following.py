"""Following uploads to their outcome, also while the ledger cannot be asked."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from rowledger.errors import CommandError
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.ledger_requests import FindRows
from rowledger.functions.domain.outcome import Status
from rowledger.operations.services.following import follow
from tests.fakes.ledger import FakeLedger
from tests.fakes.ledger_access import FakeLedgerQueries
from tests.unit.builders import an_upload

AWAY = FaultError(FaultCode.DATABASE_UNAVAILABLE, "the database cannot be reached")


@dataclass(slots=True)
class AwayAtFirst(FakeLedgerQueries):
    """It answers after so many looks, each of which raises the fault."""

    looks: int = 0
    fault: FaultError = field(default_factory=lambda: AWAY)
    finish: Callable[[], LedgerRow] | None = None

    def find_rows(self, request: FindRows) -> tuple[LedgerRow, ...]:
        if self.looks:
            self.looks -= 1
            raise self.fault
        assert self.finish is not None
        assert request.uploads
        return (self.finish(),)


@pytest.fixture
def row() -> LedgerRow:
    ledger = FakeLedger()
    ledger.claim(an_upload(), "r1")
    (found,) = ledger.ledger_rows()
    return replace(found, status=Status.SUCCESS, notified_at=datetime.now(UTC))


@pytest.fixture(autouse=True)
def _no_time_to_lose(monkeypatch: pytest.MonkeyPatch) -> None:
    passed = [0.0]

    def sleep(seconds: float) -> None:
        passed[0] += seconds

    monkeypatch.setattr(time, "sleep", sleep)
    monkeypatch.setattr(time, "monotonic", lambda: passed[0])


def test_a_ledger_that_is_away_for_a_while_is_asked_again(row: LedgerRow) -> None:
    ledger = AwayAtFirst(FakeLedger(), looks=3, finish=lambda: row)
    assert list(follow(ledger, [row.upload.name], timeout=60)) == [row]


def test_a_ledger_that_stays_away_is_said_to_be_when_the_time_is_up(row: LedgerRow) -> None:
    ledger = AwayAtFirst(FakeLedger(), looks=1000)
    with pytest.raises(FaultError, match="DATABASE_UNAVAILABLE"):
        list(follow(ledger, [row.upload.name], timeout=60))
    assert ledger.looks < 1000


def test_another_fault_ends_the_waiting_at_once(row: LedgerRow) -> None:
    fault = FaultError(FaultCode.FUNCTION, "no such function")
    ledger = AwayAtFirst(FakeLedger(), looks=1000, fault=fault)
    with pytest.raises(FaultError, match="FUNCTION"):
        list(follow(ledger, [row.upload.name], timeout=60))
    assert ledger.looks == 999


def test_what_has_no_outcome_in_time_is_named(row: LedgerRow) -> None:
    unfinished = replace(row, status=Status.PROCESSING)
    ledger = AwayAtFirst(FakeLedger(), finish=lambda: unfinished)
    with pytest.raises(CommandError, match=r"orders\.csv"):
        list(follow(ledger, [row.upload.name], timeout=5))
