"""Names chosen to do harm, through the whole pipeline: each has its outcome, and nothing else.

The function's own work is looked at first: row, receipt, backup, mail and log of each key. Then the
commands, which show those names on a terminal.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from rowledger.functions import contract
from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.text import printable
from rowledger.functions.domain.upload import UploadName
from rowledger.local.health import failed_events
from rowledger.local.mail.inbox import mails
from rowledger.local.provisioning.resources import SUBSCRIBER
from rowledger.local.stack import Stack
from rowledger.operations.adapters.aws.function_logs import CloudWatchFunctionLogs
from rowledger.wiring.environments import local_environment
from rowledger.wiring.operations import ledger_queries
from tests.e2e.cli import Result
from tests.e2e.pipeline import PIPELINE, Pipeline, eventually
from tests.faults.hostile_keys import HOSTILE_KEYS, LINE_FEEDS, can_be_listed
from tests.function_logins import locked_out
from tests.integration.ledger_bench import histories

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

Run = Callable[..., Result]
INPUT = PIPELINE["buckets"]["input"]
VALIDATOR = Draft202012Validator(contract.load("result.schema.json"))
PLAIN = "hostile/plain.csv"
KEYS = {"plain": PLAIN, **HOSTILE_KEYS}


@dataclass
class Batch:
    """Every key uploaded once, its file with as many data rows as its place in KEYS says."""

    pipeline: Pipeline
    began: datetime
    records: dict[str, LedgerRow] = field(default_factory=dict)
    mails: dict[str, list[EmailMessage]] = field(default_factory=dict)
    log: list[dict[str, Any]] = field(default_factory=list)


def content(name: str) -> bytes:
    return b"a,b\n" + b"1,2\n" * list(KEYS).index(name)


@pytest.fixture(scope="module")
def batch(stack: Stack) -> Iterator[Batch]:
    ledger = ledger_queries(local_environment(stack.layout))
    batch = Batch(Pipeline(stack, ledger), datetime.now(UTC))
    try:
        for name, key in KEYS.items():
            batch.records[name] = batch.pipeline.take_with_mail(key, content(name))
        eventually("every mail", lambda: all_mails(batch))
        batch.log = eventually("every log line", lambda: log_of(batch))
        yield batch
    finally:
        for record in batch.records.values():
            forget(stack, record.filename, record.version_id)


def forget(stack: Stack, key: str, version_id: str) -> None:
    """Remove what other tests, which list the bucket, could stumble over."""
    s3: S3Client = stack.client("s3")
    s3.delete_object(Bucket=INPUT, Key=key, VersionId=version_id)


def all_mails(batch: Batch) -> bool:
    """Sort the mails by upload; whether there is one for each."""
    arrived = [
        mail.content
        for mail in mails(batch.pipeline.stack.inbox_dir)
        if mail.path.stat().st_mtime >= batch.began.timestamp()
    ]
    for name, record in batch.records.items():
        batch.mails[name] = [mail for mail in arrived if record.version_id in mail.get_content()]
    return all(batch.mails.values())


def log_of(batch: Batch) -> list[dict[str, Any]]:
    """The function's own log lines since the batch began, once they tell of each upload.

    On a busy machine the emulator gives the last lines of an invocation to the next one.
    """
    batch.pipeline.take("hostile/next.csv", b"a\n")
    logs = batch.pipeline.stack.client("logs")
    group = PIPELINE["functions"]["processor"]["log_group"]
    lines = CloudWatchFunctionLogs(logs, group, None).read(int(batch.began.timestamp() * 1000))
    said = [
        json.loads(line.message)
        for line in lines
        if not line.message.startswith(("START ", "END ", "REPORT "))
    ]
    logged = {line["upload"]["version_id"] for line in said if "upload" in line}
    return said if logged >= {record.version_id for record in batch.records.values()} else []


def is_safe(said: str) -> bool:
    """No control character, no line end but LF, nothing invisible; TAB stands in Lambda's lines."""
    return said.replace("\n", "").replace("\t", "").isprintable()


@pytest.mark.parametrize("name", KEYS)
def test_row_receipt_and_backup_are_the_uploads_own(batch: Batch, name: str) -> None:
    record, pipeline = batch.records[name], batch.pipeline
    assert record.filename == KEYS[name]
    assert (record.status, record.rows_count) == ("SUCCESS", list(KEYS).index(name))
    assert [row.version_id for row in pipeline.rows(KEYS[name])] == [record.version_id]
    receipt = pipeline.receipt(record)
    VALIDATOR.validate(receipt)
    assert (receipt["filename"], receipt["version_id"]) == (KEYS[name], record.version_id)
    assert receipt["backup"]["key"] == record.backup_key
    assert pipeline.backup(record) == content(name)
    for key in (record.backup_key, record.receipt_key):
        assert len(key.encode()) <= 1024


def test_no_two_uploads_share_a_receipt_or_a_backup(batch: Batch) -> None:
    for places in (
        [record.receipt_key for record in batch.records.values()],
        [record.backup_key for record in batch.records.values()],
    ):
        assert len(set(places)) == len(KEYS)


@pytest.mark.parametrize("name", KEYS)
def test_the_mail_is_one_to_one_person_and_says_what_a_plain_one_says(
    batch: Batch, name: str
) -> None:
    (mail,) = batch.mails[name]
    (plain,) = batch.mails["plain"]
    assert mail.keys() == plain.keys()
    assert mail.get_all("To") == [SUBSCRIBER]
    assert mail.get_content_type() == "text/plain"
    subject = str(mail["Subject"]).strip()
    assert subject.isascii()
    assert subject.isprintable()
    assert len(subject) <= 100
    assert subject.startswith("SUCCESS: ")
    assert "FAILED: payroll" not in subject  # what the encoded words encode
    labels = [line.partition(":")[0] for line in plain.get_content().splitlines()]
    lines = mail.get_content().splitlines()
    assert [line.partition(":")[0] for line in lines] == labels
    assert lines[0] == f"File:      {printable(KEYS[name])}"
    assert lines[2] == f"Data rows: {list(KEYS).index(name)}"
    assert is_safe("\n".join(lines))


@pytest.mark.parametrize("name", KEYS)
def test_the_log_tells_of_it_once_in_a_line_of_its_own(batch: Batch, name: str) -> None:
    def accounted_for(of: str) -> dict[str, Any]:
        (line,) = (
            line
            for line in batch.log
            if line.get("upload", {}).get("version_id") == batch.records[of].version_id
        )
        return line

    line = accounted_for(name)
    assert line["upload"]["key"] == KEYS[name]
    assert (line["level"], line["message"], line["status"]) == ("INFO", "accounted for", "SUCCESS")
    assert line.keys() == accounted_for("plain").keys()


@pytest.mark.parametrize(
    "command",
    [
        ("files", "--limit", str(2 * len(KEYS))),
        ("files", "--limit", str(2 * len(KEYS)), "--json"),
        ("logs", "--since", "1h"),
        ("logs", "--since", "1h", "--json"),
        ("inbox",),
        ("inbox", "--json"),
    ],
    ids=" ".join,
)
def test_a_list_shows_every_name_and_nothing_raw(
    batch: Batch, run: Run, command: tuple[str, ...]
) -> None:
    done = run(*command)
    assert (done.status, done.err) == (0, "")
    assert is_safe(done.out)
    if command[0] == "files" and "--json" in command:
        named = [json.loads(line)["filename"] for line in done.out.splitlines()]
        assert set(KEYS.values()) <= set(named)
    elif command[0] == "files":
        assert "\\x1b[2J\\x1b]0;owned\\x07\\x1b[31mred.csv" in done.out
        assert "[bold red]x[/] [link=http://evil.example]y[/link].csv" in done.out


@pytest.mark.parametrize(
    "name",
    [
        "terminal commands of one character",
        "mail headers after U+2028",
        "markup of the console",
    ],
)
def test_one_upload_is_shown_and_nothing_raw(batch: Batch, run: Run, name: str) -> None:
    text = run("show", KEYS[name])
    assert (text.status, text.err) == (0, "")
    assert is_safe(text.out)
    done = run("show", KEYS[name], "--json")
    assert is_safe(done.out)
    shown = json.loads(done.out)
    assert shown["ledger"]["filename"] == shown["receipt"]["filename"] == KEYS[name]


def test_a_local_file_of_such_a_name_is_sent_and_told_of(
    run: Run, tmp_path: Path, stack: Stack
) -> None:
    path = tmp_path / "a\x9b31m\u202e[bold]b\u2028.csv"
    path.write_bytes(b"a,b\n1,2\n")
    done = run("upload", str(path))
    assert (done.status, done.err) == (0, "")
    assert done.out == "SUCCESS  a\\x9b31m\\u202e[bold]b\\u2028.csv: 1 data row\n"
    (line,) = run("upload", str(path), "--json").out.splitlines()
    assert is_safe(line)
    assert json.loads(line)["filename"] == path.name
    ledger = ledger_queries(local_environment(stack.layout))
    for found in histories(ledger, limit=2, key=path.name):
        forget(stack, path.name, found.row.version_id)


@pytest.fixture
def refused(pipeline: Pipeline, stack: Stack, batch: Batch) -> Iterator[UploadName]:
    """An upload whose event failed for good: the database let nobody in."""
    for record in batch.records.values():
        if not can_be_listed(record.filename):
            forget(stack, record.filename, record.version_id)
    sqs: SQSClient = stack.client("sqs")
    queue = sqs.get_queue_url(QueueName=PIPELINE["failure_queue"]["name"])["QueueUrl"]
    with locked_out(stack):
        sent = pipeline.put(LINE_FEEDS, b"a,b\n1,2\n3,4\n")
        eventually("the dead letter", lambda: failed_events(stack))
    try:
        yield sent
    finally:
        forget(stack, sent.key, sent.version_id)
        sqs.purge_queue(QueueUrl=queue)


def letters(run: Run, sent: UploadName) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in safely(run, "dead-letters", "--json").splitlines()]
    return [
        letter
        for letter in found
        if sent.version_id in [each["version_id"] for each in letter["uploads"]]
    ]


def safely(run: Run, *command: str) -> str:
    """What a command prints, once it is sure that nothing in it is raw."""
    done = run(*command)
    assert is_safe(done.out + done.err)
    return done.out


def test_line_feeds_pass_through_the_failure_path_and_reconciliation(
    pipeline: Pipeline, run: Run, refused: UploadName
) -> None:
    name = printable(LINE_FEEDS)
    (letter,) = eventually("the dead letter", lambda: letters(run, refused))
    assert letter["uploads"][0]["key"] == LINE_FEEDS
    assert name in safely(run, "dead-letters")
    replay = ("replay", "--dead-letters", "--key", LINE_FEEDS, "--reason", "it is readable now")
    assert f"would send  {name} (version " in safely(run, *replay, "--dry-run")
    problems = safely(run, "reconcile", "--grace", "0", "--dry-run")
    assert f"{name}  {refused.version_id}" in problems
    safely(run, "reconcile", "--grace", "0")
    record = pipeline.outcome(refused)
    assert (record.filename, record.status, record.rows_count) == (LINE_FEEDS, "SUCCESS", 2)
    assert pipeline.receipt(record)["filename"] == LINE_FEEDS
    (body,) = eventually("its mail", lambda: pipeline.mail_bodies(record.version_id))
    assert body.splitlines()[0] == f"File:      {name}"


def test_nobody_was_written_to_but_the_subscriber(batch: Batch) -> None:
    for mail in mails(batch.pipeline.stack.inbox_dir):
        assert mail.content.get_all("To") == [SUBSCRIBER]
        assert mail.content["Cc"] is None
        assert mail.content["Bcc"] is None
