"""The pipeline as people reach it: as an environment, through IAM, from an empty folder."""

import json
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rowledger.local.mail.inbox import mails
from rowledger.local.provisioning.resources import SUBSCRIBER
from rowledger.local.stack import Stack
from tests.e2e.cli import invoke
from tests.e2e.people import STRANGER, Person, make_people, outputs_of, users
from tests.e2e.pipeline import Pipeline, eventually
from tests.e2e.test_replay import fail_for_good

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

TOLD = """\
version: 1
sources:
  - name: people
    prefix: people/
    told: [{email: ada@example.com, wants: [failures]}]
"""
GOOD, BAD = b"a,b\n1,2\n3,4\n", b'a,b\n1,2\n3,"4\n'


@pytest.fixture
def people(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, Person]]:
    with users(stack) as keys:
        yield make_people(stack, keys, outputs_of(stack), tmp_path, monkeypatch)


@pytest.fixture
def reader(people: dict[str, Person]) -> Person:
    return people["reader"]


@pytest.fixture
def operator(people: dict[str, Person]) -> Person:
    return people["operator"]


def test_a_reader_sees_everything(pipeline: Pipeline, reader: Person) -> None:
    prefix = f"people-{time.monotonic_ns()}/"
    good = pipeline.take(f"{prefix}good.csv", GOOD)
    bad = pipeline.take(f"{prefix}bad.csv", BAD)
    files = reader.run("files", "--prefix", prefix, "--status", "failed", "--json")
    assert files.err.startswith("environment: reader (account 123456789012, us-east-1)\n")
    (found,) = map(json.loads, files.out.splitlines())
    assert (found["filename"], found["error"]["code"]) == (bad.filename, "UNTERMINATED_QUOTE")
    shown = reader.run("show", str(bad.id), "--context")
    assert '>      3  3,"4' in shown.out
    assert reader.run("get", good.filename, "--backup", "-o", "backup.csv").status == 0
    assert Path("backup.csv").read_bytes() == GOOD
    assert reader.run("get", good.filename, "--input", "-o", "-").out.encode() == GOOD
    receipt = json.loads(reader.run("get", good.filename, "--receipt", "-o", "-").out)
    assert receipt["rows_count"] == 2
    assert good.version_id in reader.run("versions", good.filename).out
    summed = json.loads(reader.run("summary", "--prefix", prefix, "--by", "prefix", "--json").out)
    assert (summed["files"], summed["succeeded"], summed["rows"]) == (2, 1, 2)
    assert len(reader.run("export", "--prefix", prefix, "-o", "-").out.splitlines()) == 3
    assert reader.run("reconcile", "--list").status == 0
    assert reader.run("dead-letters").status == 0
    assert good.filename in reader.run("logs", "--since", "10m").out
    said = reader.run("status", "--json")
    assert said.status == 0, said
    status = json.loads(said.out)
    assert status["healthy"]
    assert status["last_deployed"] == max(each["since"] for each in status["functions"])
    assert {each["name"] for each in status["functions"]} >= {"csv-processor", "csv-ledger-reader"}
    assert status["alarms"]["csv-processor-errors"] in ("OK", "INSUFFICIENT_DATA", "ALARM")


def test_a_reader_is_denied_the_acts_of_an_operator(
    pipeline: Pipeline, reader: Person, tmp_path: Path
) -> None:
    record = pipeline.take("people/kept.csv", GOOD)
    path = tmp_path / "denied.csv"
    path.write_bytes(GOOD)
    told = tmp_path / "told.yaml"
    told.write_text(TOLD, encoding="utf-8")
    for arguments in (
        ("replay", "--key", record.filename, "--reason", "I may not"),
        ("reconcile", "--grace", "0"),
        ("reconcile", "--dry-run"),
        ("upload", str(path)),
    ):
        done = reader.run(*arguments)
        assert done.status == 1, done
        assert "AccessDenied" in done.err, done
        assert "the policy rowledger-operator" in done.err, done
    assert pipeline.rows(record.filename) == [record]
    assert pipeline.rows("denied.csv") == []
    listed = reader.run("sources", "recipients", str(told), "--dry-run")
    assert (listed.status, "AuthorizationError" in listed.err) == (1, True), listed
    assert "the policy rowledger-operator" in listed.err, listed


@pytest.mark.parametrize(
    "arguments",
    [("files",), ("status",), ("logs",), ("dead-letters",), ("reconcile", "--list")],
)
def test_who_may_nothing_is_told_which_policy_is_needed(
    people: dict[str, Person], arguments: tuple[str, ...]
) -> None:
    done = people[STRANGER].run(*arguments)
    assert done.status == 1, done
    assert "the policy rowledger-reader" in done.err, done
    assert "Traceback" not in done.err, done


def test_an_operator_acts_and_is_on_record(
    pipeline: Pipeline, operator: Person, tmp_path: Path
) -> None:
    path = tmp_path / "mine.csv"
    path.write_bytes(GOOD)
    uploaded = operator.run("upload", str(path), "--prefix", "people/", "--json")
    assert uploaded.status == 0, uploaded
    key = json.loads(uploaded.out)["filename"]
    replayed = operator.run("replay", "--key", key, "--by", "ada", "--reason", "once more")
    assert replayed.status == 0, replayed
    (found,) = pipeline.histories(key)
    (kept,) = found.replays
    assert (kept["requested_by"], kept["reason"]) == ("ada", "once more")
    assert kept["identity"].endswith("-operator")
    assert kept["identity"].startswith("arn:aws:iam::123456789012:user/")
    assert found.row.attempt == 2
    passed = operator.run("reconcile", "--grace", "0", "--reason", "after a restore", "--json")
    assert json.loads(passed.out)["balanced"] is True


def test_an_operator_sends_dead_letters_again(
    pipeline: Pipeline,
    stack: Stack,
    people: dict[str, Person],
    empty_queue: str,
) -> None:
    key = "people/dead.csv"
    fail_for_good(pipeline, stack, partial(invoke, state_dir=stack.state_dir), key)
    listed = people["reader"].run("dead-letters", "--json")
    assert key in listed.out
    again = people["operator"].run("replay", "--dead-letters", "--key", key, "--reason", "it is up")
    assert (again.status, again.out.splitlines()[-1]) == (0, f"SUCCESS  {key}: 2 data rows")


def test_what_arrived_what_failed_and_again_in_three_commands(
    pipeline: Pipeline, operator: Person
) -> None:
    prefix = f"three-{time.monotonic_ns()}/"
    bad = pipeline.take(f"{prefix}bad.csv", BAD)
    arrived = operator.run("files", "--on", "today", "--prefix", prefix)
    assert "FAILED UNTERMINATED_QUOTE" in arrived.out
    assert "is never closed" in operator.run("show", bad.filename, "--context").out
    again = operator.run("replay", "--key", bad.filename, "--reason", "the sender says it is whole")
    assert again.status == 1
    assert "FAILED UNTERMINATED_QUOTE" in again.out


def test_credentials_of_another_account_are_refused(
    stack: Stack, people: dict[str, Person], tmp_path: Path
) -> None:
    outputs = outputs_of(stack)
    outputs["environment"]["value"]["account_id"] = "999999999999"
    described = tmp_path / "other.json"
    described.write_text(json.dumps(outputs))
    invoke("env", "add", "other", "--outputs", str(described), "--profile", "operator")
    done = invoke("files", "--env", "other")
    assert done.status == 1
    assert (
        "is in account 999999999999, and your credentials are of account 123456789012" in done.err
    )


def test_an_operator_subscribes_recipients_who_get_what_they_want_and_nothing_else(
    stack: Stack, operator: Person, tmp_path: Path
) -> None:
    file, none = tmp_path / "told.yaml", tmp_path / "none.yaml"
    file.write_text(TOLD, encoding="utf-8")
    none.write_text("version: 1\nsources: []\n", encoding="utf-8")
    sns: SNSClient = stack.client("sns")

    def changed(path: Path) -> list[str]:
        done = operator.run("sources", "recipients", str(path), "--json")
        assert done.status == 0, done
        return [each["action"] for each in json.loads(done.out)["recipients"]]

    def publish(name: str, *recipients: str) -> str:
        subject = f"{name} {time.monotonic_ns()}"
        values = json.dumps(recipients)
        sns.publish(
            TopicArn=stack.settings["ROWLEDGER_TOPIC_ARN"],
            Subject=subject,
            Message=name,
            MessageAttributes={"recipients": {"DataType": "String.Array", "StringValue": values}},
        )
        return subject

    def reached(subject: str) -> set[str]:
        found = [each.content for each in mails(stack.inbox_dir)]
        return {str(each["To"]) for each in found if each["Subject"] == subject}

    assert changed(file) == ["subscribe"]
    assert changed(file) == ["unchanged"]
    good = publish("good", "people:each")
    bad = publish("bad", "people:each", "people:failures")
    eventually("both of them", lambda: reached(bad) == {SUBSCRIBER, "ada@example.com"})
    assert reached(good) == {SUBSCRIBER}
    assert changed(none) == ["unsubscribe"]
    assert changed(none) == []
