"""The scheduled reconciler over fakes: what it logs, measures and leaves for later."""

import json
import logging
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rowledger.functions import contract
from rowledger.functions.config import ReconcilerConfig
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.handlers.reconciler import SERVICE, build_handler
from rowledger.functions.services.outbox import Outbox
from rowledger.functions.wiring.intake import RESERVE_SECONDS
from rowledger.functions.wiring.reconciler import reconciler_over
from tests.fakes.ledger import FakeLedger
from tests.fakes.mail_queue import FakeMailQueue
from tests.fakes.notifier import FakeNotifier
from tests.fakes.reconciliation import FakeReconciliationStore
from tests.fakes.storage import FakeStorage
from tests.fakes.windows import FakeWindowStore
from tests.unit.builders import BUCKET
from tests.unit.test_config import REQUIRED
from tests.unit.test_processor_handler import Context, lines
from tests.unit.window_world import a_row

SCHEDULED: dict[str, Any] = contract.load("pipeline.json")["functions"]["reconciler"]["schedule"][
    "input"
]

EXPECTATIONS: dict[str, Any] = contract.load("pipeline.json")["functions"]["reconciler"][
    "expectations_schedule"
]["input"]


class Reconciler:
    def __init__(self, **settings: str) -> None:
        self.ledger = FakeLedger()
        self.storage = FakeStorage()
        self.store = FakeReconciliationStore(self.ledger)
        self.windows = FakeWindowStore(self.ledger)
        config = ReconcilerConfig.from_environment(
            {**REQUIRED, "ROWLEDGER_INPUT_BUCKET": BUCKET, **settings}
        )
        parts = reconciler_over(
            config,
            ledger=self.ledger,
            store=self.store,
            storage=self.storage,
            inventory=self.storage,
            windows=self.windows,
            outbox=Outbox(self.ledger, FakeMailQueue(self.ledger), FakeNotifier()),
        )
        self.handler: Any = build_handler(
            parts.reconciliation,
            parts.facts,
            parts.parts,
            parts.windows,
            config,
            reserve_seconds=RESERVE_SECONDS,
            monotonic=time.monotonic,
        )

    def put(self, key: str) -> None:
        self.storage.uploads[BUCKET, key, "v1"] = b"a\n1\n"

    def invoke(self, event: object = SCHEDULED, *, remaining_ms: int = 900_000) -> Any:  # noqa: ANN401 -- as above
        # The logger lives as long as the process, and so would the stream of the first test.
        for log_handler in logging.getLogger(SERVICE).handlers:
            assert isinstance(log_handler, logging.StreamHandler)
            log_handler.stream = sys.stdout
        return self.handler(event, Context(remaining_ms=remaining_ms))


def test_a_run_is_logged_and_measured(capsys: pytest.CaptureFixture[str]) -> None:
    reconciler = Reconciler()
    reconciler.put("a.csv")
    reconciler.put("b.csv")
    reconciler.storage.faults["read"] = [FaultError(FaultCode.STORAGE, "reading 'a.csv'")]
    reconciler.invoke()
    problem, log, metrics = lines(capsys)
    # Alarms and queries of logs read these names.
    assert (problem["level"], problem["message"]) == ("WARNING", "offender")
    assert (problem["key"], problem["version_id"]) == ("a.csv", "v1")
    assert (log["message"], log["finished"], log["balanced"]) == ("reconciled", True, True)
    assert (log["received"], log["offender_count"]) == (2, 1)
    assert (log["needed"]["process"], log["healed"]["process"]) == (2, 1)
    assert metrics["service"] == SERVICE
    assert (metrics["UploadsReceived"], metrics["UploadsMissing"]) == ([2.0], [1.0])
    assert (metrics["UploadsInFlight"], metrics["Offenders"]) == ([0.0], [1.0])
    assert metrics["CompleteThroughAgeSeconds"][0] > 0


def test_a_run_without_time_leaves_the_pass_to_the_next(
    capsys: pytest.CaptureFixture[str],
) -> None:
    reconciler = Reconciler()
    reconciler.put("a.csv")
    reconciler.invoke(remaining_ms=RESERVE_SECONDS * 1000)
    log, metrics = lines(capsys)
    assert (log["finished"], log["received"]) == (False, 0)
    assert "CompleteThroughAgeSeconds" not in metrics
    reconciler.invoke()
    assert json.loads(capsys.readouterr().out.splitlines()[0])["run"] == 2
    assert len(reconciler.ledger.rows) == 1


def test_the_setting_caps_what_one_run_repairs() -> None:
    reconciler = Reconciler(ROWLEDGER_RECONCILE_MAX_HEALS="1")
    reconciler.put("a.csv")
    reconciler.put("b.csv")
    reconciler.invoke()
    assert len(reconciler.ledger.rows) == 1
    reconciler.invoke()
    assert len(reconciler.ledger.rows) == 2


def test_the_event_of_the_schedule_means_a_run() -> None:
    reconciler = Reconciler()
    reconciler.put("a.csv")
    assert reconciler.invoke(json.loads(json.dumps(SCHEDULED))) is None
    assert len(reconciler.ledger.rows) == 1


def test_the_event_of_the_expectations_means_a_check_of_the_windows(
    capsys: pytest.CaptureFixture[str],
) -> None:
    reconciler = Reconciler()
    reconciler.put("a.csv")
    now = datetime.now(UTC)
    reconciler.windows.rows = [
        a_row({"schedule": "0 0 * * *"}, since=now - timedelta(days=3)),
        a_row({"schedule": "bad"}, id=2, source="b", since=now),
    ]
    assert reconciler.invoke(EXPECTATIONS) is None
    error, log, metrics = lines(capsys)
    assert (error["level"], error["expectation"]) == ("ERROR", "b/daily")
    assert (log["message"], log["finished"]) == ("checked the windows", True)
    assert log["windows"]["MISSING"] == log["missing"] > 1
    # The alarm reads this name.
    assert metrics["WindowsMissing"] == [float(log["missing"])]
    assert metrics["service"] == SERVICE
    assert "UploadsMissing" not in metrics
    # It is no run.
    assert reconciler.ledger.rows == {}


def test_the_event_of_the_schedule_has_no_action() -> None:
    """The package before takes any such event as a run, and may be the one in service."""
    assert SCHEDULED
    assert "action" not in SCHEDULED


@pytest.mark.parametrize(
    "event",
    [
        None,
        {},
        [],
        "tick",
        {"anything": 1},
        {"detail": "scheduled"},
        {**SCHEDULED, "more": 1},
        # A slip: "ask" is of the ledger's functions.
        {"version": 1, "ask": "run_part", "with": {}},
    ],
)
def test_any_other_event_without_an_action_is_refused_and_is_no_run(event: object) -> None:
    reconciler = Reconciler()
    reconciler.put("a.csv")
    with pytest.raises(FaultError, match="MALFORMED_EVENT: an event is that of a schedule"):
        reconciler.invoke(event)
    assert not reconciler.store.passes
    assert not reconciler.ledger.rows


def account_of(key: str, version_id: str = "v1") -> dict[str, str]:
    return {"action": "account", "key": key, "version_id": version_id}


def test_the_account_of_an_upload() -> None:
    reconciler = Reconciler()
    reconciler.ledger.function_version = "csv-reconciler:9"
    reconciler.put("a.csv")
    reconciler.invoke()
    whole = {
        "key": "a.csv",
        "version_id": "v1",
        "row": {
            "status": "SUCCESS",
            "rows_count": 1,
            "attempts": 1,
            "function_version": "csv-reconciler:9",
        },
        "receipt": True,
        "backup": True,
        "announced": True,
    }
    assert reconciler.invoke(account_of("a.csv")) == whole
    assert json.loads(json.dumps(whole)) == whole
    reconciler.storage.receipts.clear()
    assert reconciler.invoke(account_of("a.csv")) == {**whole, "receipt": False}
    reconciler.storage.backups.clear()
    for kept in reconciler.ledger.notifications.values():
        kept.sent_at = None
    traces = {"receipt": False, "backup": False, "announced": False}
    assert reconciler.invoke(account_of("a.csv")) == {**whole, **traces}


def test_the_account_says_how_often_it_was_tried_and_what_made_the_latest_attempt() -> None:
    reconciler = Reconciler()
    reconciler.ledger.function_version = "csv-reconciler:8"
    reconciler.put("a.csv")
    reconciler.storage.faults["read"] = [FaultError(FaultCode.STORAGE, "reading 'a.csv'")]
    reconciler.invoke()
    reconciler.ledger.function_version = "csv-reconciler:9"
    reconciler.invoke()
    row = reconciler.invoke(account_of("a.csv"))["row"]
    assert (row["attempts"], row["function_version"]) == (2, "csv-reconciler:9")


@pytest.mark.parametrize(("key", "version_id"), [("b.csv", "v1"), ("a.csv", "v2")])
def test_the_account_of_an_upload_without_a_row(key: str, version_id: str) -> None:
    reconciler = Reconciler()
    reconciler.put("a.csv")
    reconciler.invoke()
    nothing = {"row": None, "receipt": False, "backup": False, "announced": False}
    assert reconciler.invoke(account_of(key, version_id)) == {
        "key": key,
        "version_id": version_id,
        **nothing,
    }


def test_an_account_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    reconciler = Reconciler()
    reconciler.put("a.csv")
    account = reconciler.invoke(account_of("a.csv"))
    assert account["row"] is None
    assert not reconciler.ledger.rows
    assert not reconciler.store.passes
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "event",
    [
        {"action": "heal"},
        {"action": None},
        {"action": "account"},
        {"action": "account", "key": "a.csv"},
        {"action": "account", "key": "a.csv", "version_id": 1},
        {"action": "account", "key": None, "version_id": "v1"},
        {"action": "account", "key": "a.csv", "version_id": "v1", "more": 1},
        {"action": "preview_part", "version": 1, "with": {}, "more": 1},
        {"action": "preview_part", "version": True, "with": {}},
        {"action": "run_part", "version": 1, "with": {}},
        {"action": ["run_part"], "version": 1, "with": {}},
    ],
)
def test_an_action_that_is_not_known_is_refused_and_is_no_run(event: object) -> None:
    reconciler = Reconciler()
    reconciler.put("a.csv")
    with pytest.raises(FaultError, match="MALFORMED_EVENT"):
        reconciler.invoke(event)
    assert not reconciler.ledger.rows
