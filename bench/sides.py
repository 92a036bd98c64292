"""The functions that are measured side by side on one local stack, each with a bucket of its own.

csv-processor is there already. The others are deployed beside it, with the same runtime, memory,
time-out and retries.
"""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pg8000.native import Connection

from rowledger.deployment.packaging.libraries import locked_libraries
from rowledger.functions import contract
from rowledger.local.emulator_clients import ACCOUNT_ID
from rowledger.local.provisioning.functions import ALIAS, put_function, put_retries
from rowledger.local.stack import Stack

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

PIPELINE = contract.load("pipeline.json")
PROCESSOR = PIPELINE["functions"]["processor"]
_FILES = Path(__file__).parent / "baselines"
# pg8000 and what it requires; the runtime has dateutil with boto3.
_DRIVER = ("pg8000", "scramp", "asn1crypto")
_DATABASE = "bench_plain"
_ROLE = "bench"
_TABLE = """
CREATE TABLE files (
    name TEXT NOT NULL, size_bytes BIGINT NOT NULL, recorded_at TIMESTAMPTZ NOT NULL DEFAULT now()
)
"""


@dataclass(frozen=True)
class Side:
    """One function.

    Args:
        name: What the tables call it.
        function: Its name in Lambda.
        log_group: Where it logs.
        input_bucket: What lands there invokes it.
        backup_bucket: Where it copies to; empty for one that copies nothing.
        failure_queue: Where its events go that failed for good.
        outcomes: The moments, in seconds since the epoch, at which files got an outcome since such
            a moment.
    """

    name: str
    function: str
    log_group: str
    input_bucket: str
    backup_bucket: str
    failure_queue: str
    outcomes: Callable[[float], list[float]]


@dataclass(frozen=True)
class Sides:
    """All of them. logging_nothing: does nothing, and logs a line about it."""

    processor: Side
    plain: Side
    nothing: Side
    logging_nothing: Side


def deploy_beside(stack: Stack) -> Sides:
    """Deploy the functions that csv-processor is measured beside."""
    owner = replace(stack.database.owner, database=_DATABASE)
    superuser = stack.database.superuser.connect()
    superuser.run(f"CREATE DATABASE {_DATABASE} OWNER {owner.username}")
    superuser.close()
    tables = owner.connect()
    tables.run(_TABLE)
    plain_outcomes = _recorded(
        tables, "SELECT extract(epoch FROM recorded_at) FROM files WHERE recorded_at >= "
    )
    role = _role(stack.client("iam"))
    s3: S3Client = stack.client("s3")
    _bucket(s3, "bench-plain-backup")
    environment = {
        "BACKUP_BUCKET": "bench-plain-backup",
        "DATABASE_HOST": owner.host,
        "DATABASE_PORT": str(owner.port),
        "DATABASE_NAME": owner.database,
        "DATABASE_USER": owner.username,
        "DATABASE_PASSWORD": owner.password,
    }
    plain = _deploy(stack, role, "bench-plain", "plain.handler", environment)
    return Sides(
        processor=_processor(stack),
        plain=replace(
            plain,
            name="plain handler",
            backup_bucket="bench-plain-backup",
            outcomes=plain_outcomes,
        ),
        nothing=replace(
            _deploy(stack, role, "bench-nothing", "nothing.handler", {}), name="does nothing"
        ),
        logging_nothing=replace(
            _deploy(stack, role, "bench-logging", "nothing.logging_handler", {}),
            name="logs a line",
        ),
    )


def _processor(stack: Stack) -> Side:
    return Side(
        name=PROCESSOR["name"],
        function=PROCESSOR["name"],
        log_group=PROCESSOR["log_group"],
        input_bucket=PIPELINE["buckets"]["input"],
        backup_bucket=PIPELINE["buckets"]["backup"],
        failure_queue=PIPELINE["failure_queue"]["name"],
        outcomes=_recorded(
            stack.database.reader.connect(),
            "SELECT extract(epoch FROM timestamp) FROM file_metadata"
            " WHERE status = 'SUCCESS' AND timestamp >= ",
        ),
    )


def _recorded(connection: Connection, query: str) -> Callable[[float], list[float]]:
    """Ask the database for the moments. query: ends before the moment from which on."""

    def outcomes(since: float) -> list[float]:
        rows = connection.run(f"{query} to_timestamp(:since)", since=since)
        return [float(moment) for (moment,) in rows or []]

    return outcomes


def _role(iam: "IAMClient") -> str:
    trust = contract.policy(f"{PROCESSOR['role']}-trust", account_id=ACCOUNT_ID)
    role = iam.create_role(RoleName=_ROLE, AssumeRolePolicyDocument=trust)["Role"]
    statement = {"Effect": "Allow", "Action": ["s3:*", "sqs:*", "logs:*"], "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    iam.put_role_policy(RoleName=_ROLE, PolicyName=_ROLE, PolicyDocument=json.dumps(document))
    return role["Arn"]


def _deploy(
    stack: Stack, role: str, name: str, handler: str, environment: Mapping[str, str]
) -> Side:
    """Deploy a function of baselines/, its bucket and its failure queue."""
    s3: S3Client = stack.client("s3")
    sqs: SQSClient = stack.client("sqs")
    logs: CloudWatchLogsClient = stack.client("logs")
    client: LambdaClient = stack.client("lambda")
    bucket, queue, log_group = f"{name}-input", f"{name}-failures", f"/aws/lambda/{name}"
    logs.create_log_group(logGroupName=log_group)
    queue_url = sqs.create_queue(QueueName=queue)["QueueUrl"]
    queue_arn = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])
    function = {**PROCESSOR, "name": name, "handler": handler, "log_group": log_group}
    package = _package(f"{handler.partition('.')[0]}.py")
    invoked = put_function(client, function, role, dict(environment), package)
    put_retries(client, name, PROCESSOR["retries"], queue_arn["Attributes"]["QueueArn"])
    _bucket(s3, bucket)
    client.add_permission(
        FunctionName=name,
        Qualifier=ALIAS,
        StatementId="bucket",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn=f"arn:aws:s3:::{bucket}",
        SourceAccount=ACCOUNT_ID,
    )
    events: Any = [{"LambdaFunctionArn": invoked, "Events": PIPELINE["event_filter"]["events"]}]
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"LambdaFunctionConfigurations": events}
    )
    return Side(name, name, log_group, bucket, "", queue, _invocations(logs, log_group))


def _bucket(s3: "S3Client", name: str) -> None:
    s3.create_bucket(Bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})


def _invocations(logs: "CloudWatchLogsClient", group: str) -> Callable[[float], list[float]]:
    """Ask the log when invocations ended: the emulator gives each a stream of its own."""

    def outcomes(since: float) -> list[float]:
        found = []
        pages = logs.get_paginator("describe_log_streams").paginate(logGroupName=group)
        for page in pages:
            found += [each.get("lastEventTimestamp", 0) / 1000 for each in page["logStreams"]]
        return [moment for moment in found if moment >= since]

    return outcomes


def _package(file: str) -> bytes:
    """Pack a file of baselines/ and the driver, as pip brings it; the rest is the runtime's."""
    libraries = locked_libraries()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(_FILES / file, file)
        for name in _DRIVER:
            for path in sorted((libraries / name).rglob("*.py")):
                archive.write(path, path.relative_to(libraries))
    return packed.getvalue()
