"""The pipeline's resources in the local emulator, created or brought up to date.

Names and numbers come from the contract, which terraform/ reads too: here is only how to make each
resource.
"""

import json
from typing import TYPE_CHECKING, Any

from rowledger.functions import contract
from rowledger.functions.config import ReconcilerConfig
from rowledger.local import OnProgress
from rowledger.local.emulator_clients import ACCOUNT_ID, REGION, EmulatorClients
from rowledger.local.layout import Layout
from rowledger.local.mail import relay
from rowledger.local.provisioning import (
    administrator,
    functions,
    ledger_access,
    processor,
    reconciler,
)
from rowledger.local.provisioning.database_logins import Login

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient

SUBSCRIBER = "ops@rowledger.test"


def provision(
    aws: EmulatorClients, layout: Layout, master: Login, on_progress: OnProgress
) -> dict[str, str]:
    """Make everything the pipeline needs, schema included; return its ROWLEDGER_* settings.

    master: the login that may create roles and the database.
    """
    pipeline = contract.load("pipeline.json")
    on_progress("provisioning buckets, secret, topic and queues")
    for bucket in pipeline["buckets"].values():
        _bucket(aws.client("s3"), bucket)
    secrets = aws.client("secretsmanager")
    secret_arns = {
        name: _secret(secrets, pipeline[name])
        for name in ("secret", "reader_secret", "operator_secret")
    }
    # As RDS keeps it: without where the database is.
    master_secret = _secret(
        secrets,
        administrator.MASTER_SECRET,
        json.dumps({"username": master.username, "password": master.password}),
    )
    topic = _topic(aws.client("sns"), pipeline["topic"])
    relay.subscribe(aws, topic)
    events_topic = aws.client("sns").create_topic(Name=pipeline["events_topic"])["TopicArn"]
    failures = _queue(aws.client("sqs"), pipeline["failure_queue"])
    log_groups = {
        f"{use}_log_group_arn": _log_group(aws.client("logs"), each)
        for use, each in pipeline["functions"].items()
    }
    settings = {
        name: functions.settings(
            name,
            topic_arn=topic,
            events_topic_arn=events_topic,
            secret_arns=secret_arns,
            master_secret_arn=master_secret,
            database=master.address,
        )
        for name in pipeline["functions"]
    }
    # Rejects here what the functions would reject at their start.
    ReconcilerConfig.from_environment(settings["reconciler"])
    arns = {
        **{
            f"{use}_bucket_arn": f"arn:aws:s3:::{name}" for use, name in pipeline["buckets"].items()
        },
        "database_secret_arn": secret_arns["secret"],
        "reader_secret_arn": secret_arns["reader_secret"],
        "operator_secret_arn": secret_arns["operator_secret"],
        "topic_arn": topic,
        "events_topic_arn": events_topic,
        "failure_queue_arn": failures,
        **log_groups,
        "master_secret_arn": master_secret,
    }
    package = functions.build(layout)
    on_progress("migrating the database")
    administrator.deploy(aws, package, settings["administrator"], arns)
    administrator.invoke(aws, {"action": "migrate"})
    on_progress("deploying the functions")
    processor.deploy(aws, package, settings["processor"], arns)
    reconciler.deploy(aws, package, settings["reconciler"], arns)
    ledger_access.deploy(aws, package, settings, arns)
    on_progress("setting the alarms")
    for name, alarm in pipeline["alarms"].items():
        if alarm.get("emulated", True):
            _alarm(aws.client("cloudwatch"), name, alarm, pipeline["runbook"], topic)
    # The reconciler does what the processor does, and uses all of its settings.
    return settings["reconciler"]


def _bucket(s3: "S3Client", name: str) -> None:
    known = {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}
    if name not in known:
        s3.create_bucket(Bucket=name)
    if s3.get_bucket_versioning(Bucket=name).get("Status") != "Enabled":
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    s3.put_public_access_block(
        Bucket=name,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        },
    )


def _secret(secrets: "SecretsManagerClient", name: str, value: str | None = None) -> str:
    """value: None for a secret that csv-administrator writes."""
    try:
        arn = secrets.describe_secret(SecretId=name)["ARN"]
    except secrets.exceptions.ResourceNotFoundException:
        arn = secrets.create_secret(Name=name)["ARN"]
    if value is not None and secrets.get_secret_value(SecretId=name).get("SecretString") != value:
        secrets.put_secret_value(SecretId=name, SecretString=value)
    return arn


def _topic(sns: "SNSClient", name: str) -> str:
    topic = sns.create_topic(Name=name)["TopicArn"]
    subscriptions = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    if not any(each["Endpoint"] == SUBSCRIBER for each in subscriptions):
        sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=SUBSCRIBER)
    return topic


def _queue(sqs: "SQSClient", queue: dict[str, Any]) -> str:
    wanted: Any = {"MessageRetentionPeriod": str(queue["retention_seconds"])}
    try:
        url = sqs.get_queue_url(QueueName=queue["name"])["QueueUrl"]
    except sqs.exceptions.QueueDoesNotExist:
        url = sqs.create_queue(QueueName=queue["name"], Attributes=wanted)["QueueUrl"]
    known = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    if not wanted.items() <= known.items():
        sqs.set_queue_attributes(QueueUrl=url, Attributes=wanted)
    return known["QueueArn"]


def _log_group(logs: "CloudWatchLogsClient", function_contract: dict[str, Any]) -> str:
    name, days = function_contract["log_group"], function_contract["log_retention_days"]
    groups = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    known = next((group for group in groups if group["logGroupName"] == name), None)
    if known is None:
        logs.create_log_group(logGroupName=name)
    if known is None or known.get("retentionInDays") != days:
        logs.put_retention_policy(logGroupName=name, retentionInDays=days)
    return f"arn:aws:logs:{REGION}:{ACCOUNT_ID}:log-group:{name}"


def _alarm(
    cloudwatch: "CloudWatchClient", name: str, alarm: dict[str, Any], runbook: str, topic: str
) -> None:
    wanted = {
        "AlarmName": name,
        "AlarmDescription": f"{alarm['description']} What to do: {runbook}#{name}",
        "Namespace": alarm["namespace"],
        "MetricName": alarm["metric"],
        "Dimensions": [
            {"Name": dimension, "Value": value} for dimension, value in alarm["dimensions"].items()
        ],
        "Statistic": alarm["statistic"],
        "ComparisonOperator": alarm["comparison"],
        "Threshold": float(alarm["threshold"]),
        "Period": alarm["period_seconds"],
        "EvaluationPeriods": alarm["evaluation_periods"],
        "TreatMissingData": alarm["treat_missing_data"],
        "AlarmActions": [topic],
    }
    known = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    if not known or any(known[0].get(key) != value for key, value in wanted.items()):
        cloudwatch.put_metric_alarm(**wanted)
