"""Nobody reaches the emulator who has no key of this stack: the database's password is in it."""

import hashlib
import urllib.error
import urllib.request
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from rowledger.functions import contract
from rowledger.local.emulator_clients import EmulatorClients
from rowledger.local.stack import Stack

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient

PIPELINE = contract.load("pipeline.json")
REFUSED = {
    "AccessDeniedException",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}


def with_keys(stack: Stack, access_key: str, secret_key: str, token: str | None = None) -> Any:  # noqa: ANN401 -- of many services
    return EmulatorClients(stack.endpoint_url, access_key, secret_key, session_token=token)


def refused(aws: EmulatorClients) -> None:
    """Nothing is had with these keys, from the services that keep what is worth having."""
    secrets: SecretsManagerClient = aws.client("secretsmanager")
    s3: S3Client = aws.client("s3")
    for ask in (
        lambda: secrets.get_secret_value(SecretId=PIPELINE["secret"]),
        lambda: s3.list_objects_v2(Bucket=PIPELINE["buckets"]["input"]),
        lambda: aws.client("sts").assume_role(
            RoleArn="arn:aws:iam::123456789012:role/csv-administrator", RoleSessionName="me"
        ),
        lambda: aws.client("lambda").list_functions(),
    ):
        with pytest.raises(ClientError) as error:
            ask()
        assert error.value.response["Error"]["Code"] in REFUSED


@pytest.mark.parametrize("access_key", ["test", "123456789012", "000000000000", "AKIAUNKNOWN"])
@pytest.mark.parametrize("secret_key", ["test", None])
def test_a_key_that_anyone_knows_is_refused(
    stack: Stack, access_key: str, secret_key: str | None
) -> None:
    # Also with root's own secret.
    refused(with_keys(stack, access_key, secret_key or stack.aws.secret_key))


def test_roots_key_without_its_secret_is_refused(stack: Stack) -> None:
    refused(replace(stack.aws, secret_key="test", _clients={}))


def test_root_is_known_by_its_key_and_secret(stack: Stack) -> None:
    assert stack.client("sts").get_caller_identity()["Arn"].endswith(":root")
    secrets: SecretsManagerClient = stack.client("secretsmanager")
    assert secrets.get_secret_value(SecretId=PIPELINE["secret"])["SecretString"]
    s3: S3Client = stack.client("s3")
    bucket = PIPELINE["buckets"]["output"]
    s3.put_object(Bucket=bucket, Key="a b/ä+&=.txt", Body=b"x" * 100_000)
    address = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "a b/ä+&=.txt"})
    assert page(address) == (200, b"x" * 100_000)


def test_the_keys_of_a_functions_role_are_no_function_of_its_name(stack: Stack) -> None:
    client: LambdaClient = stack.client("lambda")
    for each in PIPELINE["functions"].values():
        known = client.get_function_configuration(FunctionName=each["name"])
        digest = hashlib.sha256(f"{known['FunctionArn']}:{known['Role']}".encode()).hexdigest()
        refused(
            with_keys(
                stack,
                f"ASIA{digest[:16].upper()}",
                hashlib.sha256(f"secret:{digest}".encode()).hexdigest(),
                hashlib.sha256(f"token:{digest}".encode()).hexdigest(),
            )
        )


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/candidate-test-input",
        "/_ministack/sqs/messages",
        "/_ministack/ses/messages",
        "/_ministack/lambda-code/csv-processor",
        "/_ministack/config",
        "/_ministack/reset",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unsigned_request_is_refused(stack: Stack, path: str, method: str) -> None:
    status, _ = page(f"{stack.endpoint_url}{path}", method)
    assert status in (400, 403)
    s3: S3Client = stack.client("s3")
    assert s3.list_buckets()["Buckets"]


def test_anyone_may_ask_whether_it_is_up(stack: Stack) -> None:
    assert page(f"{stack.endpoint_url}/_ministack/health")[0] == 200


def page(address: str, method: str = "GET") -> tuple[int, bytes]:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(address, method=method)  # noqa: S310 -- the stack's own
    try:
        with opener.open(request, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_a_token_takes_the_place_of_a_key_and_the_roles_trust_judges_it(stack: Stack) -> None:
    with pytest.raises(ClientError) as error:
        stack.aws.client("sts").assume_role_with_web_identity(
            RoleArn="arn:aws:iam::123456789012:role/csv-administrator",
            RoleSessionName="me",
            WebIdentityToken="a-token",
        )
    assert error.value.response["Error"]["Code"] == "AccessDenied"
