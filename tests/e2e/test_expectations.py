"""From a file that does not come to the mail, the alarm, the incident and its end, on a stack."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from rowledger.functions import contract
from rowledger.local.stack import Stack
from tests.e2e.cli import Result
from tests.e2e.pipeline import PIPELINE, Pipeline, eventually
from tests.e2e.test_reconcile import tamper

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_lambda import LambdaClient

RECONCILER = PIPELINE["functions"]["reconciler"]
ALARM = "csv-expectations-missing"
NOTHING = "version: 1\nsources: []\n"


# A window has one evaluation for ever, and its files are its own: so has each test.
NAMES = (f"acme-{number}" for number in count(1))


class Due(NamedTuple):
    """A source, of which files were due at this moment, and are at this time of each day."""

    source: str
    moment: datetime

    @property
    def day(self) -> str:
        return f"{self.moment.astimezone():%Y-%m-%d}"

    @property
    def document(self) -> str:
        cron = f"{self.moment.minute} {self.moment.hour} * * *"
        return (
            f"version: 1\nsources:\n- name: {self.source}\n  prefix: {self.source}/\n"
            f"  expectations:\n  - {{name: daily, schedule: '{cron}', grace: 1m}}\n"
        )


@pytest.fixture
def due(stack: Stack, run: Callable[..., Result], tmp_path: Path) -> Iterator[Due]:
    """A source that is in force for long."""
    moment = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=5)
    found, path = Due(next(NAMES), moment), tmp_path / "sources.yaml"
    path.write_text(found.document, encoding="utf-8")
    assert run("sources", "apply", str(path)).status == 0
    alarms: CloudWatchClient = stack.client("cloudwatch")
    alarms.set_alarm_state(AlarmName=ALARM, StateValue="OK", StateReason="a test begins")
    tamper(stack, "UPDATE expectation SET since = since - interval '12 hours'")
    yield found
    path.write_text(NOTHING, encoding="utf-8")
    run("sources", "apply", str(path))
    check(stack)


def check(stack: Stack) -> None:
    client: LambdaClient = stack.client("lambda")
    answer = client.invoke(
        FunctionName=RECONCILER["name"],
        Qualifier=PIPELINE["alias"],
        Payload=json.dumps(RECONCILER["expectations_schedule"]["input"]).encode(),
    )
    assert "FunctionError" not in answer, answer["Payload"].read()


def test_the_schedule_is_there(stack: Stack) -> None:
    schedule = RECONCILER["expectations_schedule"]
    found = stack.client("scheduler").get_schedule(Name=schedule["name"])
    assert found["ScheduleExpression"] == "rate(5 minutes)" == schedule["expression"]
    assert json.loads(found["Target"]["Input"]) == schedule["input"]
    assert contract.load("pipeline.json")["alarms"][ALARM]["metric"] == "WindowsMissing"


def test_a_missing_file_is_told_and_comes_late(
    pipeline: Pipeline, stack: Stack, run: Callable[..., Result], due: Due
) -> None:
    day, source = due.day, due.source
    check(stack)
    check(stack)
    missing = run("expectations", "--on", day, "--source", source, "--json")
    (window,) = (json.loads(line) for line in missing.out.splitlines())
    assert (missing.status, window["state"], window["is_missing"]) == (1, "MISSING", True)
    eventually("its mail", lambda: len(pipeline.mail_subjects(f"MISSING: {source}")) == 1)
    eventually("the alarm", lambda: pipeline.alarm(ALARM) == "ALARM")

    opened = run("incidents", "list", "--source", source, "--json")
    (incident,) = map(json.loads, opened.out.splitlines())
    assert (incident["source"], incident["lacking"]) == (source, 1)
    number = str(incident["id"])
    assert run("incidents", "ack", number, "--why", "asked them", "--by", "ada").status == 0
    again = run("incidents", "ack", number, "--why", "asked them", "--by", "bob")
    assert (again.status, again.err.strip()) == (
        1,
        f"rowledger: incident {number} is acknowledged already, by ada",
    )
    waited = run("wait", source, "--window", day, "--timeout", "0")
    assert (waited.status, f"{source}/daily due" in waited.err) == (1, True)

    pipeline.take(f"{source}/late.csv", b"a\n1\n")
    check(stack)
    assert run("expectations", "--on", day, "--source", source).status == 0
    assert run("wait", source, "--window", day, "--timeout", "0").status == 0
    assert run("incidents", "list", "--source", source, "--json").out == ""
    ended = run("incidents", "list", "--all", "--source", source, "--json")
    (closed,) = map(json.loads, ended.out.splitlines())
    assert (closed["closed_by"], closed["acknowledged_by"]) == ("csv-reconciler", "ada")
    assert "late" in closed["closed_why"]
    assert len(pipeline.mail_subjects(f"MISSING: {source}")) == 1


def test_an_incident_is_closed_by_a_person(
    stack: Stack, run: Callable[..., Result], due: Due
) -> None:
    check(stack)
    opened = run("incidents", "list", "--source", due.source, "--json")
    (incident,) = map(json.loads, opened.out.splitlines())
    number = str(incident["id"])
    assert run("incidents", "close", number, "--why", " ").status == 2
    assert run("incidents", "close", number, "--why", "none today").status == 0
    assert run("incidents", "close", number, "--why", "none today").status == 1
    assert run("incidents", "close", "999999", "--why", "x").err.strip() == (
        "rowledger: there is no incident 999999"
    )
    listed = run("incidents", "list", "--source", due.source)
    assert listed.err.strip() == "no incident is open"
    # It is missing all the same.
    assert run("expectations", "--on", due.day, "--source", due.source).status == 1
