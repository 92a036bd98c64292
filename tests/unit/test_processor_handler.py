"""The handler over fakes: what it raises, logs and measures."""

import json
import logging
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from rowledger.functions.config import ProcessorConfig
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.handlers.processor import SERVICE, build_handler
from rowledger.functions.handlers.waiting_mails import WaitingMails
from rowledger.functions.wiring.intake import RESERVE_SECONDS, intake_over, outbox_over
from tests.fakes.ledger import FakeLedger
from tests.fakes.mail_queue import FakeMailQueue
from tests.fakes.notifier import FakeNotifier
from tests.fakes.storage import FakeStorage
from tests.unit.builders import BUCKET, an_event, an_upload
from tests.unit.test_config import REQUIRED


@dataclass
class Context:
    function_name: str = "csv-processor"
    memory_limit_in_mb: int = 1024
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:csv-processor"
    aws_request_id: str = "r1"
    remaining_ms: int = 300_000

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining_ms


class Function:
    def __init__(self) -> None:
        self.ledger = FakeLedger()
        self.storage = FakeStorage()
        self.notifier = FakeNotifier()
        config = ProcessorConfig.from_environment({**REQUIRED, "ROWLEDGER_INPUT_BUCKET": BUCKET})
        self.queue = FakeMailQueue(self.ledger)
        outbox = outbox_over(config, ledger=self.ledger, queue=self.queue, notifier=self.notifier)
        intake = intake_over(config, ledger=self.ledger, storage=self.storage, outbox=outbox)
        mails = WaitingMails(outbox, self.queue, time.monotonic)
        self.handler: Any = build_handler(intake, mails, config, reserve_seconds=RESERVE_SECONDS)

    def invoke(self, event: object, remaining_ms: int = 300_000) -> None:
        # The logger lives as long as the process, and so would the stream of the first test.
        for log_handler in logging.getLogger(SERVICE).handlers:
            assert isinstance(log_handler, logging.StreamHandler)
            log_handler.stream = sys.stdout
        self.handler(event, Context(remaining_ms=remaining_ms))


@pytest.fixture
def function() -> Function:
    return Function()


def lines(captured: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in captured.readouterr().out.splitlines()]


def test_a_success_is_logged_with_its_identity_and_measured(
    function: Function, capsys: pytest.CaptureFixture[str]
) -> None:
    upload = an_upload()
    function.storage.uploads[BUCKET, upload.key, upload.version_id] = b"a\n1\n2\n"
    function.invoke(an_event(upload))
    _, log, metrics = lines(capsys)
    assert log["message"] == "accounted for"
    assert log["upload"]["version_id"] == "v1"
    assert log["function_request_id"] == "r1"
    assert (log["rows"], log["status"]) == (2, "SUCCESS")
    assert metrics["FilesSucceeded"] == [1.0]
    assert metrics["RowsCounted"] == [2.0]
    assert metrics["BytesRead"] == [6.0]
    assert metrics["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Rowledger"


def test_a_rejection_does_not_raise(function: Function, capsys: pytest.CaptureFixture[str]) -> None:
    upload = an_upload()
    function.storage.uploads[BUCKET, upload.key, upload.version_id] = b""
    function.invoke(an_event(upload))
    _, log, metrics = lines(capsys)
    assert (log["status"], log["rejection"]) == ("FAILED", "EMPTY_FILE")
    assert metrics["FilesRejected"] == [1.0]


def test_what_is_ignored_is_said(function: Function, capsys: pytest.CaptureFixture[str]) -> None:
    function.invoke({"Event": "s3:TestEvent"})
    _, log, metrics = lines(capsys)
    assert (log["message"], log["what"]) == ("ignored", "s3:TestEvent")
    assert metrics["RecordsIgnored"] == [1.0]
    assert not function.ledger.rows


def test_one_record_failing_hides_no_other_and_is_raised(
    function: Function, capsys: pytest.CaptureFixture[str]
) -> None:
    bad, good = an_upload("bad.csv"), an_upload("good.csv")
    for upload in (bad, good):
        function.storage.uploads[BUCKET, upload.key, upload.version_id] = b"a\n1\n"
    function.storage.faults["read"] = [FaultError(FaultCode.STORAGE, "reading 'bad.csv'")]
    with pytest.raises(FaultError) as raised:
        function.invoke(an_event(bad, good))
    assert raised.value.code is FaultCode.STORAGE
    assert function.ledger.histories(limit=1, key="good.csv")[0].row.status == "SUCCESS"
    *logs, metrics = lines(capsys)
    assert [log["message"] for log in logs] == ["received", "fault", "accounted for"]
    assert (metrics["FilesFaulted"], metrics["FilesSucceeded"]) == ([1.0], [1.0])


def test_several_faults_are_raised_together(function: Function) -> None:
    function.storage.faults["read"] = [
        FaultError(FaultCode.STORAGE, f"reading {key!r}") for key in ("one.csv", "two.csv")
    ]
    with pytest.raises(FaultError) as raised:
        function.invoke(an_event(an_upload("one.csv"), an_upload("two.csv")))
    assert raised.value.code is FaultCode.SEVERAL
    assert "'one.csv'" in raised.value.message
    assert "'two.csv'" in raised.value.message


def test_an_attempt_ends_by_itself_before_lambda_ends_it(function: Function) -> None:
    upload = an_upload()
    function.storage.uploads[BUCKET, upload.key, upload.version_id] = b"a\n1\n"
    with pytest.raises(FaultError) as raised:
        function.invoke(an_event(upload), remaining_ms=RESERVE_SECONDS * 1000)
    assert raised.value.code is FaultCode.TIME_UP
    assert not function.ledger.rows


HOSTILE = 'a\n\u2028\x85{"level":"ERROR"}\x1b[2J\x9b31m\x7f\u202e.csv'


def test_no_name_breaks_a_log_line_or_reaches_a_terminal_raw(
    function: Function, capsys: pytest.CaptureFixture[str]
) -> None:
    upload = an_upload(HOSTILE)
    function.storage.uploads[BUCKET, upload.key, upload.version_id] = b"a\n1\n"
    function.storage.faults["read"] = [FaultError(FaultCode.STORAGE, f"reading {HOSTILE!r}")]
    ignored = an_upload(f"{HOSTILE}.txt")
    with pytest.raises(FaultError):
        function.invoke(an_event(upload, ignored))
    function.invoke(an_event(upload))
    said = capsys.readouterr().out
    assert said.replace("\n", "").isprintable()
    logs = [json.loads(line) for line in said.splitlines()]
    assert [log["upload"]["key"] for log in logs if "upload" in log] == [HOSTILE, HOSTILE]
    assert [log["what"] for log in logs if "what" in log] == [ignored.key]


def test_a_time_that_is_still_to_come_is_logged(
    function: Function, capsys: pytest.CaptureFixture[str]
) -> None:
    upload = an_upload(received_at=datetime(2999, 1, 1, tzinfo=UTC))
    function.storage.uploads[BUCKET, upload.key, upload.version_id] = b"a\n"
    function.invoke(an_event(upload))
    _, warning, log, _ = lines(capsys)
    assert (warning["level"], warning["stated"]) == ("WARNING", "2999-01-01T00:00:00+00:00")
    assert log["message"] == "accounted for"
