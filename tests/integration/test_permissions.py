"""The function's role may what its policy grants, and nothing else: the emulator enforces it."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from rowledger.functions import contract
from rowledger.local.emulator_clients import EmulatorClients
from rowledger.local.provisioning.administrator import MASTER_SECRET
from rowledger.local.stack import Stack

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient

PIPELINE = contract.load("pipeline.json")
INPUT, OUTPUT, BACKUP = (PIPELINE["buckets"][use] for use in ("input", "output", "backup"))
OTHER_BUCKET = "somebody-elses"
# Not a name that the function takes, so that it leaves the object alone.
KEY = "permissions.txt"
DENIED = {
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "AuthorizationErrorException",
}


@pytest.fixture(scope="module")
def function(stack: Stack) -> EmulatorClients:
    """The function's own identity: a session of its role."""
    return in_role(stack, PIPELINE["functions"]["processor"]["role"])


@pytest.fixture(scope="module")
def reconciler(stack: Stack) -> EmulatorClients:
    return in_role(stack, PIPELINE["functions"]["reconciler"]["role"])


@pytest.fixture(scope="module")
def administrator(stack: Stack) -> EmulatorClients:
    return in_role(stack, PIPELINE["functions"]["administrator"]["role"])


def in_role(stack: Stack, role: str) -> EmulatorClients:
    arn = f"arn:aws:iam::{stack.account_id}:role/{role}"
    session = stack.client("sts").assume_role(RoleArn=arn, RoleSessionName=role)
    keys = session["Credentials"]
    return EmulatorClients(
        stack.endpoint_url,
        keys["AccessKeyId"],
        keys["SecretAccessKey"],
        session_token=keys["SessionToken"],
    )


@pytest.fixture(scope="module")
def upload(stack: Stack) -> Iterator[str]:
    """The version of an object in the input bucket, beside which stand things it may not touch."""
    s3: S3Client = stack.client("s3")
    s3.create_bucket(Bucket=OTHER_BUCKET)
    s3.put_object(Bucket=OTHER_BUCKET, Key=KEY, Body=b"secret")
    secrets: SecretsManagerClient = stack.client("secretsmanager")
    secrets.create_secret(Name="another/secret", SecretString="{}")
    topic = stack.client("sns").create_topic(Name="another-topic")["TopicArn"]
    queue = stack.client("sqs").create_queue(QueueName="another-queue")["QueueUrl"]
    yield s3.put_object(Bucket=INPUT, Key=KEY, Body=b"a\n1\n")["VersionId"]
    s3.delete_object(Bucket=OTHER_BUCKET, Key=KEY)
    s3.delete_bucket(Bucket=OTHER_BUCKET)
    secrets.delete_secret(SecretId="another/secret", ForceDeleteWithoutRecovery=True)
    stack.client("sns").delete_topic(TopicArn=topic)
    stack.client("sqs").delete_queue(QueueUrl=queue)


def test_what_the_policy_grants_is_allowed(
    stack: Stack, function: EmulatorClients, upload: str
) -> None:
    s3: S3Client = function.client("s3")
    assert s3.get_object(Bucket=INPUT, Key=KEY, VersionId=upload)["Body"].read() == b"a\n1\n"
    s3.put_object(Bucket=OUTPUT, Key="receipts/permissions/result.json", Body=b"{}")
    source = {"Bucket": INPUT, "Key": KEY, "VersionId": upload}
    s3.copy_object(Bucket=BACKUP, Key=f"backup/{KEY}", CopySource=source)  # type: ignore[arg-type]
    assert s3.head_object(Bucket=BACKUP, Key=f"backup/{KEY}")["ContentLength"] == 4
    secrets: SecretsManagerClient = function.client("secretsmanager")
    assert secrets.get_secret_value(SecretId=stack.settings["ROWLEDGER_DATABASE_SECRET_ID"])


def s3(call: str, **arguments: object) -> Callable[[EmulatorClients, str], Any]:
    return lambda aws, _: getattr(aws.client("s3"), call)(**arguments)


FORBIDDEN: dict[str, Callable[[EmulatorClients, str], Any]] = {
    "read the latest version, whichever it is": s3("get_object", Bucket=INPUT, Key=KEY),
    "write to the input": s3("put_object", Bucket=INPUT, Key="x", Body=b""),
    "delete from the input": s3("delete_object", Bucket=INPUT, Key=KEY),
    "delete a version from the input": lambda aws, version: aws.client("s3").delete_object(
        Bucket=INPUT, Key=KEY, VersionId=version
    ),
    "read a receipt": s3("get_object", Bucket=OUTPUT, Key="receipts/permissions/result.json"),
    "write beside the receipts": s3("put_object", Bucket=OUTPUT, Key="x", Body=b""),
    "delete a receipt": s3("delete_object", Bucket=OUTPUT, Key="receipts/permissions/result.json"),
    "write beside the backups": s3("put_object", Bucket=BACKUP, Key="x", Body=b""),
    "delete a backup": s3("delete_object", Bucket=BACKUP, Key=f"backup/{KEY}"),
    "read another bucket": s3("get_object", Bucket=OTHER_BUCKET, Key=KEY),
    "write to another bucket": s3("put_object", Bucket=OTHER_BUCKET, Key="x", Body=b""),
    "stop the versioning": s3(
        "put_bucket_versioning", Bucket=INPUT, VersioningConfiguration={"Status": "Suspended"}
    ),
    "read another secret": lambda aws, _: aws.client("secretsmanager").get_secret_value(
        SecretId="another/secret"
    ),
    "read the master's secret": lambda aws, _: aws.client("secretsmanager").get_secret_value(
        SecretId=MASTER_SECRET
    ),
    "change its secret": lambda aws, _: aws.client("secretsmanager").put_secret_value(
        SecretId=PIPELINE["secret"], SecretString="{}"
    ),
    "publish to another topic": lambda aws, _: _publish(aws.client("sns"), "another-topic"),
    "send to another queue": lambda aws, _: _send(aws.client("sqs"), "another-queue"),
    "read the failed events": lambda aws, _: aws.client("sqs").receive_message(
        QueueUrl=_queue_url(aws, PIPELINE["failure_queue"]["name"])
    ),
    "widen its own role": lambda aws, _: aws.client("iam").put_role_policy(
        RoleName=PIPELINE["functions"]["processor"]["role"], PolicyName="more", PolicyDocument="{}"
    ),
    "invoke a function": lambda aws, _: aws.client("lambda").invoke(
        FunctionName=PIPELINE["functions"]["processor"]["name"], Payload=b"{}"
    ),
}


@pytest.mark.parametrize("attempt", FORBIDDEN)
def test_what_the_policy_does_not_grant_is_denied(
    function: EmulatorClients, upload: str, attempt: str
) -> None:
    with pytest.raises(ClientError) as refused:
        FORBIDDEN[attempt](function, upload)
    assert refused.value.response["Error"]["Code"] in DENIED


def test_what_the_reconcilers_policy_grants_is_allowed(
    stack: Stack, reconciler: EmulatorClients, upload: str
) -> None:
    s3: S3Client = reconciler.client("s3")
    assert s3.list_object_versions(Bucket=INPUT)["Versions"]
    assert s3.get_object(Bucket=INPUT, Key=KEY, VersionId=upload)["Body"].read() == b"a\n1\n"
    s3.put_object(Bucket=OUTPUT, Key="receipts/permissions/result.json", Body=b"{}")
    source = {"Bucket": INPUT, "Key": KEY, "VersionId": upload}
    s3.copy_object(Bucket=BACKUP, Key=f"backup/{KEY}", CopySource=source)  # type: ignore[arg-type]
    for bucket, there, absent in (
        (OUTPUT, "receipts/permissions/result.json", "receipts/none"),
        (BACKUP, f"backup/{KEY}", "backup/none"),
    ):
        assert s3.head_object(Bucket=bucket, Key=there)["ContentLength"]
        with pytest.raises(ClientError) as missing:
            s3.head_object(Bucket=bucket, Key=absent)
        assert missing.value.response["Error"]["Code"] == "404"
    secrets: SecretsManagerClient = reconciler.client("secretsmanager")
    assert secrets.get_secret_value(SecretId=stack.settings["ROWLEDGER_DATABASE_SECRET_ID"])


RECONCILER_FORBIDDEN = FORBIDDEN.keys() - {"read a receipt"}


@pytest.mark.parametrize("attempt", sorted(RECONCILER_FORBIDDEN))
def test_what_the_reconcilers_policy_does_not_grant_is_denied(
    reconciler: EmulatorClients, upload: str, attempt: str
) -> None:
    with pytest.raises(ClientError) as refused:
        FORBIDDEN[attempt](reconciler, upload)
    assert refused.value.response["Error"]["Code"] in DENIED


def test_what_the_administrators_policy_grants_is_allowed(
    stack: Stack, administrator: EmulatorClients
) -> None:
    secrets: SecretsManagerClient = administrator.client("secretsmanager")
    assert secrets.get_secret_value(SecretId=MASTER_SECRET)["SecretString"]
    secret = stack.settings["ROWLEDGER_DATABASE_SECRET_ID"]
    assert secrets.describe_secret(SecretId=secret)["Name"] == PIPELINE["secret"]
    assert secrets.get_secret_value(SecretId=secret)["SecretString"]


ADMINISTRATOR_FORBIDDEN: dict[str, Callable[[EmulatorClients, str], Any]] = {
    **{
        what: attempt
        for what, attempt in FORBIDDEN.items()
        if what not in ("read the master's secret", "change its secret", "widen its own role")
    },
    "read an upload": lambda aws, version: aws.client("s3").get_object(
        Bucket=INPUT, Key=KEY, VersionId=version
    ),
    "announce something": lambda aws, _: _publish(aws.client("sns"), PIPELINE["topic"]),
    "change the master's secret": lambda aws, _: aws.client("secretsmanager").put_secret_value(
        SecretId=MASTER_SECRET, SecretString="{}"
    ),
    "remove the function's secret": lambda aws, _: aws.client("secretsmanager").delete_secret(
        SecretId=PIPELINE["secret"]
    ),
    "widen its own role": lambda aws, _: aws.client("iam").put_role_policy(
        RoleName=PIPELINE["functions"]["administrator"]["role"],
        PolicyName="more",
        PolicyDocument="{}",
    ),
}


@pytest.mark.parametrize("attempt", sorted(ADMINISTRATOR_FORBIDDEN))
def test_what_the_administrators_policy_does_not_grant_is_denied(
    administrator: EmulatorClients, upload: str, attempt: str
) -> None:
    with pytest.raises(ClientError) as refused:
        ADMINISTRATOR_FORBIDDEN[attempt](administrator, upload)
    assert refused.value.response["Error"]["Code"] in DENIED


def _publish(sns: "SNSClient", topic: str) -> None:
    sns.publish(TopicArn=f"arn:aws:sns:us-east-1:123456789012:{topic}", Message="x")


def _send(sqs: "SQSClient", queue: str) -> None:
    sqs.send_message(QueueUrl=sqs.meta.endpoint_url + f"/123456789012/{queue}", MessageBody="x")


def _queue_url(aws: EmulatorClients, name: str) -> str:
    return f"{aws.endpoint_url}/123456789012/{name}"


def test_an_unknown_key_is_nobody(stack: Stack) -> None:
    with pytest.raises(ClientError):
        EmulatorClients(stack.endpoint_url, "AKIA0000000000000000", "wrong").client(
            "s3"
        ).list_buckets()


def test_the_readers_role_cannot_write(stack: Stack) -> None:
    connection = stack.database.reader.connect()
    try:
        with pytest.raises(Exception, match="permission denied"):
            connection.run("DELETE FROM file_metadata")
    finally:
        connection.close()
