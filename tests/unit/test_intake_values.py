"""The intake with what the ledger refuses to store, and with times that cannot be."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.keys import receipt_key
from rowledger.functions.domain.outcome import Rejected
from tests.unit.test_intake import FAULT, World


@pytest.fixture
def world() -> World:
    return World()


def test_what_the_ledger_cannot_store_is_a_rejection_like_any_other(world: World) -> None:
    upload = world.put()
    world.ledger.refusals = [FaultError(FaultCode.VALUE_REFUSED, "out of range")]
    report = world.take(upload, "r1")
    assert isinstance(report.outcome, Rejected)
    (row,) = world.ledger.ledger_rows()
    assert row.error is not None
    assert (row.status, row.error["code"], row.attempt) == ("FAILED", "UNRECORDABLE", 1)
    receipt = json.loads(world.storage.receipts[receipt_key(upload)])
    assert (receipt["status"], receipt["error"]["code"]) == ("FAILED", "UNRECORDABLE")
    assert world.storage.backups == {row.backup_key: b"a,b\n1,2\n"}
    (message,) = world.notifier.published
    assert message.subject == "FAILED: orders.csv (UNRECORDABLE)"


@pytest.mark.parametrize("code", [FaultCode.DATABASE, FaultCode.DATABASE_UNAVAILABLE])
def test_a_fault_of_the_database_stays_a_fault(world: World, code: FaultCode) -> None:
    world.ledger.refusals = [FaultError(code, "not now")]
    with pytest.raises(FaultError, match=code):
        world.take(world.put(), "r1")
    assert world.ledger.ledger_rows()[0].status == "PROCESSING"


def test_a_rejection_that_is_refused_too_is_a_fault(world: World) -> None:
    refusal = FaultError(FaultCode.VALUE_REFUSED, "out of range")
    world.ledger.refusals = [refusal, refusal]
    with pytest.raises(FaultError, match="VALUE_REFUSED"):
        world.take(world.put(), "r1")
    assert world.notifier.published == []


def test_a_time_that_is_still_to_come_is_recorded_as_received_now(world: World) -> None:
    stated = world.time + timedelta(days=400_000)
    upload = replace(world.put(), received_at=stated)
    first = world.time
    world.storage.faults["read"] = [FAULT]
    with pytest.raises(FaultError, match="the store is away"):
        world.take(upload, "r1")
    world.pass_seconds(600)
    report = world.take(upload, "r2")
    assert (report.impossible_time, report.upload.received_at) == (stated, first)
    (row,) = world.ledger.ledger_rows()
    assert row.received_at == first
    receipt = json.loads(world.storage.receipts[receipt_key(upload)])
    assert receipt["received_at"] == "2026-11-22T09:15:00.000Z"


def test_clocks_that_differ_a_little_change_no_time(world: World) -> None:
    upload = replace(world.put(), received_at=world.time + timedelta(seconds=30))
    report = world.take(upload, "r1")
    assert (report.impossible_time, report.upload) == (None, upload)
