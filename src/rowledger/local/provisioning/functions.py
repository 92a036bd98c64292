"""What every function in the local emulator needs: package, role, settings, alias and retries.

As on AWS a function is invoked by its alias. Here the alias is at the latest code, as nobody rolls
out a version on a laptop.
"""

import base64
import hashlib
import json
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rowledger.deployment.packaging import PackagingError
from rowledger.deployment.packaging.package import build_package
from rowledger.functions import contract
from rowledger.local import StackError
from rowledger.local.emulator_clients import ACCOUNT_ID
from rowledger.local.layout import Layout
from rowledger.local.private_files import OWNER_ONLY

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_lambda import LambdaClient

ALIAS: str = contract.load("pipeline.json")["alias"]
_LATEST = "$LATEST"
# Whose database login is another than csv-processor's.
_SECRETS = {"ledger_reader": "reader_secret", "ledger_operator": "operator_secret"}

# Defaults for a laptop: whoever tries things out there waits for each mail, and an event takes no
# longer from the bucket to the ledger than its file.
_LOCAL = {"ROWLEDGER_MAILS_A_MINUTE": "240", "ROWLEDGER_WINDOW_SETTLE_SECONDS": "5"}


def settings(
    function: str,
    *,
    topic_arn: str,
    events_topic_arn: str,
    secret_arns: Mapping[str, str],
    master_secret_arn: str,
    database: str,
) -> dict[str, str]:
    """A function's environment: the settings that the contract says it uses.

    function: its section in pipeline.json. secret_arns: by the names that pipeline.json has for the
    secrets. database: host:port/name. An optional setting is taken
    from the user's environment where that has it.
    """
    pipeline = contract.load("pipeline.json")
    fixed = {
        "ROWLEDGER_INPUT_BUCKET": pipeline["buckets"]["input"],
        "ROWLEDGER_OUTPUT_BUCKET": pipeline["buckets"]["output"],
        "ROWLEDGER_BACKUP_BUCKET": pipeline["buckets"]["backup"],
        "ROWLEDGER_TOPIC_ARN": topic_arn,
        "ROWLEDGER_EVENTS_TOPIC_ARN": events_topic_arn,
        "ROWLEDGER_DATABASE_SECRET_ID": secret_arns[_SECRETS.get(function, "secret")],
        "ROWLEDGER_READER_SECRET_ID": secret_arns["reader_secret"],
        "ROWLEDGER_OPERATOR_SECRET_ID": secret_arns["operator_secret"],
        "ROWLEDGER_MASTER_SECRET_ID": master_secret_arn,
        "ROWLEDGER_DATABASE_ADDRESS": database,
        "ROWLEDGER_DATABASE_TLS": "local",
    }
    used = {
        setting["name"]: setting
        for setting in contract.load("settings.json")["settings"]
        if function in setting["used_by"]
    }
    values = {
        name: fixed.get(name) or os.environ.get(name, _LOCAL.get(name, setting.get("default", "")))
        for name, setting in used.items()
    }
    # The function takes an empty value for an absent one.
    return {name: value for name, value in values.items() if value}


def build(layout: Layout) -> bytes:
    """The package that every function runs; raise StackError where it cannot be built."""
    try:
        build_package(layout.package)
    except PackagingError as error:
        raise StackError(f"the function's package cannot be built: {error}") from error
    layout.package.chmod(OWNER_ONLY)
    return layout.package.read_bytes()


def put_role(iam: "IAMClient", name: str, arns: dict[str, str]) -> str:
    """The ARN of the role with the trust and the policy that the contract names like it."""
    trust = contract.policy(f"{name}-trust", account_id=ACCOUNT_ID)
    try:
        role = iam.get_role(RoleName=name)["Role"]
    except iam.exceptions.NoSuchEntityException:
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]
    if role["AssumeRolePolicyDocument"] != json.loads(trust):
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=trust)
    _role_policy(iam, name, contract.policy(name, **arns))
    return role["Arn"]


def _role_policy(iam: "IAMClient", role: str, wanted: str) -> None:
    try:
        known = iam.get_role_policy(RoleName=role, PolicyName=role)["PolicyDocument"]
    except iam.exceptions.NoSuchEntityException:
        known = None
    if known != json.loads(wanted):
        iam.put_role_policy(RoleName=role, PolicyName=role, PolicyDocument=wanted)


def _configuration(
    function: dict[str, Any], role: str, environment: dict[str, str]
) -> dict[str, Any]:
    return {
        "FunctionName": function["name"],
        "Role": role,
        "Runtime": function["runtime"],
        "Handler": function["handler"],
        "MemorySize": function["memory_mb"],
        "Timeout": function["timeout_seconds"],
        "Environment": {"Variables": environment},
        "LoggingConfig": {"LogGroup": function["log_group"]},
    }


def put_function(
    client: "LambdaClient",
    function: dict[str, Any],
    role: str,
    environment: dict[str, str],
    package: bytes,
) -> str:
    """Create a function of the contract, or bring it up to date; return the ARN of its alias."""
    _put_code(client, function["name"], _configuration(function, role, environment), package)
    return _put_alias(client, function["name"])


def _put_alias(client: "LambdaClient", name: str) -> str:
    try:
        return client.get_alias(FunctionName=name, Name=ALIAS)["AliasArn"]
    except client.exceptions.ResourceNotFoundException:
        return client.create_alias(FunctionName=name, Name=ALIAS, FunctionVersion=_LATEST)[
            "AliasArn"
        ]


def _put_code(client: "LambdaClient", name: str, wanted: dict[str, Any], package: bytes) -> None:
    try:
        known = client.get_function_configuration(FunctionName=name)
    except client.exceptions.ResourceNotFoundException:
        client.create_function(Code={"ZipFile": package}, **wanted)
        client.get_waiter("function_active_v2").wait(FunctionName=name)
        return
    if known["CodeSha256"] != base64.b64encode(hashlib.sha256(package).digest()).decode():
        client.update_function_code(FunctionName=name, ZipFile=package)
        client.get_waiter("function_updated_v2").wait(FunctionName=name)
    if any(not _agrees(known.get(key), value) for key, value in wanted.items()):
        client.update_function_configuration(**wanted)
        client.get_waiter("function_updated_v2").wait(FunctionName=name)


def _agrees(known: Any, wanted: Any) -> bool:  # noqa: ANN401 -- any value of an API's answer
    """Whether an answer has what was asked for; it may have defaults as well."""
    if isinstance(wanted, dict) and isinstance(known, dict) and "Variables" not in wanted:
        return all(known.get(key) == value for key, value in wanted.items())
    return bool(known == wanted)


def put_retries(
    client: "LambdaClient", name: str, retries: dict[str, int], failure_queue_arn: str | None = None
) -> None:
    """Set what becomes of an asynchronous event whose invocation failed, by alias or bare name."""
    wanted: dict[str, Any] = {
        "MaximumRetryAttempts": retries["maximum_retry_attempts"],
        "MaximumEventAgeInSeconds": retries["maximum_event_age_seconds"],
    }
    if failure_queue_arn:
        wanted["DestinationConfig"] = {"OnFailure": {"Destination": failure_queue_arn}}
    for qualifier in (ALIAS, _LATEST):
        which: Any = {"FunctionName": name, "Qualifier": qualifier}
        try:
            known: Any = client.get_function_event_invoke_config(**which)
        except client.exceptions.ResourceNotFoundException:
            known = {}
        if any(not _agrees(known.get(key), value) for key, value in wanted.items()):
            client.put_function_event_invoke_config(**which, **wanted)
