import json
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any
from unittest.mock import MagicMock, Mock

import pytest

from rowledger.local.emulator_patches.alarm_recovery import AlarmRecovery
from rowledger.local.emulator_patches.embedded_metrics import Embedded, find
from rowledger.local.emulator_patches.invocation_metrics import failed, parse
from rowledger.local.emulator_patches.queue_metrics import QueueMetrics
from rowledger.local.mail.relay import compose
from rowledger.operations.ports.function_logs import LogLine

JSON_LINE = '{"level": "INFO", "message": "Traceback (most recent call last)"}'
TRACE = ["Traceback (most recent call last):", '  File "handler.py"', "ValueError: boom", "{}"]


def block(request_id: str, *said: str, at: int = 1_000, stream: str = "s") -> list[LogLine]:
    report = f"REPORT RequestId: {request_id}\tDuration: 5645 ms\tBilled Duration: 5645 ms\t"
    messages = [
        f"START RequestId: {request_id} Version: $LATEST",
        *said,
        f"END RequestId: {request_id}",
        report,
    ]
    return [LogLine(at, stream, message) for message in messages]


@pytest.mark.parametrize(
    ("said", "bad"),
    [
        ([JSON_LINE], False),
        ([JSON_LINE, "Warning: a library's own words", JSON_LINE], False),
        ([JSON_LINE, *TRACE], True),
        ([JSON_LINE, "Task timed out after 2.00 seconds"], True),
        ([JSON_LINE, "Worker process died"], True),
        ([], True),
    ],
)
def test_how_an_invocation_went(said: list[str], *, bad: bool) -> None:
    assert failed(said) is bad


def test_each_stream_is_an_invocation() -> None:
    lines = [
        *block("one", JSON_LINE, stream="a", at=1_000),
        *block("two", *TRACE, stream="b", at=2_000),
    ]
    first, second = parse(lines)
    assert (first.stream, first.failed, first.ended_ms) == ("a", False, 1_000)
    assert (second.stream, second.failed, second.duration_ms) == ("b", True, 5645.0)


def test_an_invocation_whose_log_is_not_complete_waits() -> None:
    assert parse(block("one", JSON_LINE)[:-1]) == []


EMBEDDED = {
    "_aws": {
        "Timestamp": 1_500,
        "CloudWatchMetrics": [
            {
                "Namespace": "Rowledger",
                "Dimensions": [["service"]],
                "Metrics": [{"Name": "Files", "Unit": "Count"}, {"Name": "Age"}],
            }
        ],
    },
    "service": "csv-reconciler",
    "Files": [1.0, 2.0],
    "Age": 7,
}


def test_embedded_metrics_are_found_in_the_log() -> None:
    (invocation,) = parse(block("one", JSON_LINE, json.dumps(EMBEDDED), JSON_LINE))
    common = {
        "Dimensions": [{"Name": "service", "Value": "csv-reconciler"}],
        "Timestamp": 1.5,
    }
    assert invocation.embedded == tuple(
        Embedded("Rowledger", {"MetricName": name, "Unit": unit, "Value": value, **common})
        for name, unit, value in (("Files", "Count", 1), ("Files", "Count", 2), ("Age", "None", 7))
    )


@pytest.mark.parametrize(
    "line", ['{"_aws": {}}', '"_aws"', 'no "_aws" of ours', '{"_aws": {"CloudWatchMetrics": 1}}']
)
def test_a_line_that_only_looks_like_embedded_metrics_holds_none(line: str) -> None:
    assert find([line]) == ()


def envelope(**changes: object) -> dict[str, Any]:
    return {
        "MessageId": "0b5c",
        "TopicArn": "arn:aws:sns:us-east-1:123456789012:topic",
        "Subject": "rowledger: orders.csv SUCCESS",
        "Message": "Zeilen gezählt: 9",
        "Timestamp": "2026-05-04T03:02:01.000Z",
        **changes,
    }


def received(message: dict[str, Any]) -> EmailMessage:
    return message_from_bytes(compose(message, "ops@rowledger.test").as_bytes(), policy=default)


def test_a_mail_says_what_the_message_says() -> None:
    mail = received(envelope())
    assert mail["Subject"] == "rowledger: orders.csv SUCCESS"
    assert mail["To"] == "ops@rowledger.test"
    assert mail["Message-ID"] == "<0b5c@sns.rowledger.test>"
    assert mail["Date"].datetime == datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)
    assert mail.get_content().rstrip("\r\n") == "Zeilen gezählt: 9"


def test_attributes_become_headers() -> None:
    attributes = {"filename": {"Type": "String", "Value": "späte Zahlen.csv"}}
    assert received(envelope(MessageAttributes=attributes))["X-Attribute-filename"] == (
        "späte Zahlen.csv"
    )


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\x85", "\x0b", "\x00"])
def test_no_value_can_add_a_header(end: str) -> None:
    evil = f"a{end}Bcc: victim@example.com{end}{end}body"
    attributes = {f"name{end}Bcc": {"Type": "String", "Value": evil}}
    mail = received(envelope(Subject=evil, MessageId=evil, MessageAttributes=attributes))
    assert mail["Bcc"] is None
    assert len(mail.keys()) == len(received(envelope()).keys()) + 1
    assert mail.get_content().startswith("Zeilen")


def test_a_message_without_a_subject_has_the_one_sns_gives_it() -> None:
    assert received(envelope(Subject=None))["Subject"] == "AWS Notification Message"


def test_a_queues_depth_is_put_when_it_changes_and_again_and_again() -> None:
    depths, now, put = iter([0, 2, 2, 2, 0, 0, 0]), [0.0], []
    sqs = MagicMock()
    sqs.get_queue_attributes.side_effect = lambda **_: {
        "Attributes": {"ApproximateNumberOfMessages": str(next(depths))}
    }
    cloudwatch = Mock()
    cloudwatch.put_metric_data.side_effect = lambda **call: put.append(
        (now[0], call["MetricData"][0]["Value"])
    )
    aws = Mock(client=lambda service: {"sqs": sqs, "cloudwatch": cloudwatch}[service])
    metrics = QueueMetrics(aws, "failures", lambda: now[0])
    for _ in range(7):
        metrics.run_once()
        now[0] += 15
    assert put == [(0.0, 0), (15.0, 2), (45.0, 2), (60.0, 0), (90.0, 0)]


@pytest.mark.parametrize(
    ("missing", "points", "recovers"),
    [
        ("notBreaching", [], True),
        ("notBreaching", [0.0], True),
        ("notBreaching", [0.0, 3.0], False),
        # An idle queue has no metric after some hours: an unemptied one must not seem to be empty.
        ("ignore", [], False),
        ("ignore", [0.0], True),
        ("ignore", [0.0, 3.0], False),
        ("breaching", [], False),
    ],
)
def test_an_alarm_recovers_as_it_treats_missing_data(
    missing: str, points: list[float], *, recovers: bool
) -> None:
    alarm = {
        "AlarmName": "some",
        "StateValue": "ALARM",
        "TreatMissingData": missing,
        "Namespace": "n",
        "MetricName": "m",
        "Dimensions": [],
        "Statistic": "Maximum",
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 0.0,
        "Period": 60,
        "EvaluationPeriods": 1,
    }
    cloudwatch = Mock()
    cloudwatch.describe_alarms.return_value = {"MetricAlarms": [alarm]}
    cloudwatch.get_metric_statistics.return_value = {
        "Datapoints": [{"Maximum": each} for each in points]
    }
    AlarmRecovery(Mock(client=lambda _service: cloudwatch)).run_once()
    assert cloudwatch.set_alarm_state.called == recovers


def test_an_alarms_mail_is_in_words() -> None:
    said = {
        "AlarmName": "csv-processor-errors",
        "AlarmDescription": "It failed. What to do: docs/runbook.md#csv-processor-errors",
        "NewStateValue": "ALARM",
        "NewStateReason": "Threshold Crossed: Sum 1.0 GreaterThanThreshold 0",
        "StateChangeTime": "2026-05-04T03:02:01Z",
    }
    text = received(envelope(Message=json.dumps(said))).get_content()
    assert "The alarm csv-processor-errors is ALARM since 2026-05-04T03:02:01Z." in text
    assert said["AlarmDescription"] in text
    assert said["NewStateReason"] in text
