"""What AWS tells nobody by itself has an alarm, and silence means what it should for each."""

from typing import Any

import pytest

from rowledger.functions import contract

ALARMS: dict[str, dict[str, Any]] = contract.load("pipeline.json")["alarms"]
FUNCTIONS = contract.load("pipeline.json")["functions"]


@pytest.mark.parametrize(
    ("metric", "of"),
    [
        ("AWS/Lambda Errors", FUNCTIONS["processor"]["name"]),
        # A rotation that fails is seen nowhere else until the password must change.
        ("AWS/Lambda Errors", FUNCTIONS["administrator"]["name"]),
        ("AWS/Lambda DestinationDeliveryFailures", FUNCTIONS["processor"]["name"]),
        ("AWS/Lambda AsyncEventsDropped", FUNCTIONS["processor"]["name"]),
        ("AWS/Lambda Throttles", FUNCTIONS["processor"]["name"]),
        ("AWS/RDS FreeStorageSpace", "rowledger"),
        ("AWS/RDS CPUCreditBalance", "rowledger"),
    ],
)
def test_what_raises_no_alarm_by_itself_has_one(metric: str, of: str) -> None:
    watched = {
        (f"{alarm['namespace']} {alarm['metric']}", *alarm["dimensions"].values())
        for alarm in ALARMS.values()
    }
    assert (metric, of) in watched


def test_silence_is_understood() -> None:
    said = {name: alarm["treat_missing_data"] for name, alarm in ALARMS.items()}
    # SQS stops the metrics of a queue that nobody uses for some hours, whatever waits in it.
    assert said.pop("csv-processor-failures") == "ignore"
    # Reconciliation that does not run says nothing at all.
    assert said.pop("csv-reconciler-age") == "breaching"
    # Nor does a schedule that does not run, or mails that cannot be looked for.
    assert said.pop("csv-processor-mails") == "breaching"
    # A file that nobody waits for is missing as much.
    assert said.pop("csv-expectations-missing") == "breaching"
    # No invocation, no failure; what RDS does not report, other alarms show.
    assert set(said.values()) == {"notBreaching"}
