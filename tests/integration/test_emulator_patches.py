"""Alarms fire and recover, mails arrive, failed events are kept."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from rowledger.functions import contract
from rowledger.local import health
from rowledger.local.emulator_patches import embedded_metrics
from rowledger.local.emulator_patches.alarm_recovery import AlarmRecovery
from rowledger.local.mail import inbox, relay
from rowledger.local.mail.inbox import Mail
from rowledger.local.stack import Stack
from rowledger.local.waiting import until
from tests.function_logins import locked_out
from tests.unit.builders import an_event, an_upload

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient

PIPELINE = contract.load("pipeline.json")
ERRORS, DURATION = "csv-processor-errors", "csv-processor-duration"
# Three times as long as a mail waits that the mail server did not take at once.
SECONDS = 90


def mails_about(stack: Stack, text: str) -> list[Mail]:
    return [m for m in inbox.mails(stack.inbox_dir) if text in str(m.content["Subject"])]


def alarm(stack: Stack, name: str) -> str:
    cloudwatch: CloudWatchClient = stack.client("cloudwatch")
    return cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"]


def upload(stack: Stack, key: str) -> None:
    s3: S3Client = stack.client("s3")
    s3.put_object(Bucket=PIPELINE["buckets"]["input"], Key=key, Body=b"a,b\n1,2\n")


@pytest.fixture
def calm(stack: Stack) -> Stack:
    """The stack with no alarm raised by an earlier test."""
    cloudwatch: CloudWatchClient = stack.client("cloudwatch")
    for name, wanted in PIPELINE["alarms"].items():
        if not wanted.get("emulated", True):
            continue
        cloudwatch.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="a test begins")
    return stack


def test_a_published_message_becomes_a_mail(stack: Stack) -> None:
    sns: SNSClient = stack.client("sns")
    message_id = sns.publish(
        TopicArn=stack.settings["ROWLEDGER_TOPIC_ARN"],
        Subject="a message of the test",
        Message="größer als 5 s",
        MessageAttributes={"filename": {"DataType": "String", "StringValue": "x\r\nBcc: y@z.test"}},
    )["MessageId"]
    assert until(lambda: bool(mails_about(stack, "a message of the test")), SECONDS)
    (mail,) = mails_about(stack, "a message of the test")
    assert mail.content["Message-ID"] == f"<{message_id}@sns.rowledger.test>"
    assert mail.content["To"] == "ops@rowledger.test"
    assert mail.content["Bcc"] is None
    assert mail.content["X-Attribute-filename"] == "x Bcc: y@z.test"
    assert mail.content.get_content().rstrip("\r\n") == "größer als 5 s"


def test_a_fault_raises_the_errors_alarm_and_its_mail_and_is_kept(calm: Stack) -> None:
    before, kept = len(mails_about(calm, ERRORS)), health.failed_events(calm)
    with locked_out(calm):
        upload(calm, "fault.csv")
        assert until(lambda: alarm(calm, ERRORS) == "ALARM", SECONDS)
        assert until(lambda: len(mails_about(calm, ERRORS)) == before + 1, SECONDS)
        assert until(lambda: health.failed_events(calm) == kept + 1, SECONDS)
    text = mails_about(calm, ERRORS)[-1].content.get_content()
    assert f"The alarm {ERRORS} is ALARM since 20" in text
    assert PIPELINE["alarms"][ERRORS]["description"] in text
    assert f"What to do: docs/runbook.md#{ERRORS}" in text


def test_an_event_sent_to_an_alias_of_a_version_is_kept_as_the_alias_says(stack: Stack) -> None:
    """Terraform sets aliases at versions, which have no settings for events of their own."""
    client: LambdaClient = stack.client("lambda")
    name, alias_name = PIPELINE["functions"]["processor"]["name"], "at-a-version"
    which = {"FunctionName": name, "Qualifier": alias_name}
    of_live: Any = client.get_function_event_invoke_config(
        FunctionName=name, Qualifier=PIPELINE["alias"]
    )
    version = client.publish_version(FunctionName=name)["Version"]
    client.create_alias(FunctionName=name, Name=alias_name, FunctionVersion=version)
    kept = health.failed_events(stack)
    try:
        client.put_function_event_invoke_config(
            **which, MaximumRetryAttempts=0, DestinationConfig=of_live["DestinationConfig"]
        )
        event = an_event(replace(an_upload("not-ours.csv"), bucket="another-bucket"))
        client.invoke(**which, InvocationType="Event", Payload=json.dumps(event))
        assert until(lambda: health.failed_events(stack) == kept + 1, SECONDS)
    finally:
        client.delete_function_event_invoke_config(**which)
        client.delete_alias(FunctionName=name, Name=alias_name)
        client.delete_function(FunctionName=name, Qualifier=version)


def test_a_metric_raises_the_alarm_of_its_dimensions_alone(stack: Stack) -> None:
    cloudwatch: CloudWatchClient = stack.client("cloudwatch")
    watched: dict[str, Any] = {
        each: [{"Name": "FunctionName", "Value": each}] for each in ("one-function", "another")
    }
    for name, dimensions in watched.items():
        cloudwatch.put_metric_alarm(
            AlarmName=name,
            Namespace="Test",
            MetricName="Errors",
            Dimensions=dimensions,
            Statistic="Sum",
            ComparisonOperator="GreaterThanThreshold",
            Threshold=0,
            Period=60,
            EvaluationPeriods=1,
        )
    try:
        datum: Any = {"MetricName": "Errors", "Dimensions": watched["one-function"], "Value": 1}
        cloudwatch.put_metric_data(Namespace="Test", MetricData=[datum])
        # Alarms are evaluated before a put is answered.
        states = {name: alarm(stack, name) for name in watched}
    finally:
        cloudwatch.delete_alarms(AlarmNames=list(watched))
    assert states == {"one-function": "ALARM", "another": "INSUFFICIENT_DATA"}


def test_a_slow_run_raises_the_duration_alarm_and_its_mail(calm: Stack) -> None:
    before = len(mails_about(calm, DURATION))
    owner = calm.database.owner.connect()
    try:
        owner.run("BEGIN")
        owner.run("LOCK TABLE file_metadata IN ACCESS EXCLUSIVE MODE")
        upload(calm, "slow.csv")
        owner.run("SELECT pg_sleep(5.5)")
        owner.run("ROLLBACK")
    finally:
        owner.close()
    assert until(lambda: alarm(calm, DURATION) == "ALARM", SECONDS)
    assert until(lambda: len(mails_about(calm, DURATION)) == before + 1, SECONDS)


def test_what_a_function_logs_as_a_metric_raises_an_alarm(calm: Stack) -> None:
    name = "csv-reconciler-missing"
    wanted = PIPELINE["alarms"][name]
    before = len(mails_about(calm, name))
    line = {
        "_aws": {
            "Timestamp": int(datetime.now(UTC).timestamp() * 1000),
            "CloudWatchMetrics": [
                {
                    "Namespace": wanted["namespace"],
                    "Dimensions": [list(wanted["dimensions"])],
                    "Metrics": [{"Name": wanted["metric"], "Unit": "Count"}],
                }
            ],
        },
        wanted["metric"]: [1.0],
        **wanted["dimensions"],
    }
    cloudwatch: CloudWatchClient = calm.client("cloudwatch")
    embedded_metrics.put(cloudwatch, embedded_metrics.find([json.dumps(line)]))
    assert until(lambda: alarm(calm, name) == "ALARM", SECONDS)
    assert until(lambda: len(mails_about(calm, name)) == before + 1, SECONDS)


def test_an_alarm_recovers_when_its_period_holds_nothing_bad(calm: Stack) -> None:
    cloudwatch: CloudWatchClient = calm.client("cloudwatch")
    cloudwatch.set_alarm_state(AlarmName=ERRORS, StateValue="ALARM", StateReason="a test")
    # Seen from two minutes on, the last minute is empty whatever other tests did.
    AlarmRecovery(calm.aws).run_once(datetime.now(UTC) + timedelta(minutes=2))
    assert alarm(calm, ERRORS) == "OK"


def test_a_message_that_is_no_notification_holds_up_no_mail(stack: Stack) -> None:
    sqs: SQSClient = stack.client("sqs")
    url = sqs.get_queue_url(QueueName=relay.QUEUE)["QueueUrl"]
    for body in ("hello", "[]", '{"TopicArn": 7}'):
        sqs.send_message(QueueUrl=url, MessageBody=body)
    sns: SNSClient = stack.client("sns")
    sns.publish(
        TopicArn=stack.settings["ROWLEDGER_TOPIC_ARN"], Subject="after the strange", Message="m"
    )
    assert until(lambda: bool(mails_about(stack, "after the strange")), SECONDS)
    assert health.check(stack.layout).healthy


def test_a_database_instance_is_read_back_as_it_was_made(stack: Stack) -> None:
    rds = stack.client("rds")
    made = {
        "PreferredBackupWindow": "01:00-02:00",
        "PerformanceInsightsKMSKeyId": "arn:aws:kms:us-east-1:123456789012:key/x",
    }
    rds.create_db_instance(
        DBInstanceIdentifier="read-back",
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="master",
        MasterUserPassword="a password",
        EnablePerformanceInsights=True,
        EnableCloudwatchLogsExports=["postgresql", "upgrade"],
        **made,
    )
    try:
        (found,) = rds.describe_db_instances(DBInstanceIdentifier="read-back")["DBInstances"]
    finally:
        rds.delete_db_instance(DBInstanceIdentifier="read-back", SkipFinalSnapshot=True)
    assert found["EnabledCloudwatchLogsExports"] == ["postgresql", "upgrade"]
    assert {name: found[name] for name in made} == made
