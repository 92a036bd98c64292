"""A reader, an operator and a stranger: IAM users who reach the pipeline as an environment."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from rowledger.functions import contract
from rowledger.local.emulator_clients import ACCOUNT_ID, REGION
from rowledger.local.provisioning import terraform_stack
from rowledger.local.provisioning.ledger_access import people_arns, people_policy
from rowledger.local.stack import Stack
from rowledger.operations.adapters.environment_files import CONFIG_DIR_VARIABLE
from tests.e2e.cli import Result, invoke

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

PIPELINE = contract.load("pipeline.json")
WHO = ("reader", "operator")
# Whom IAM allows nothing.
STRANGER = "stranger"


@dataclass(frozen=True)
class Person:
    """Commands of one person, in an environment of that person's name, from an empty folder."""

    name: str

    def run(self, *arguments: str) -> Result:
        return invoke(*arguments, "--env", self.name)


def outputs_of(stack: Stack) -> dict[str, Any]:
    """What Terraform's outputs say of the stack, or would say where Terraform did not make it."""
    if stack.layout.terraform.exists():
        workspace = terraform_stack.workspace_of(stack.layout, stack.aws, stack.database.master)
        outputs: dict[str, Any] = json.loads(workspace.checked("output", "-json"))
        return outputs
    functions = PIPELINE["functions"]
    environment = {
        "region": REGION,
        "account_id": ACCOUNT_ID,
        "alias": PIPELINE["alias"],
        "buckets": PIPELINE["buckets"],
        "functions": {use: each["name"] for use, each in functions.items()},
        "log_groups": {use: each["log_group"] for use, each in functions.items()},
        "failure_queue": PIPELINE["failure_queue"]["name"],
        "alarms": list(PIPELINE["alarms"]),
    }
    return {"environment": {"value": environment}}


@contextmanager
def users(stack: Stack) -> Iterator[dict[str, tuple[str, str]]]:
    """An IAM user with the reader's policy, one with the operator's, one with none: their keys."""
    iam: IAMClient = stack.client("iam")
    keys = {}
    for who in (*WHO, STRANGER):
        user = f"test-{who}"
        iam.create_user(UserName=user)
        if who in WHO:
            document = json.dumps(people_policy(who, people_arns(PIPELINE["alias"])))
            policy = iam.create_policy(PolicyName=user, PolicyDocument=document)["Policy"]["Arn"]
            iam.attach_user_policy(UserName=user, PolicyArn=policy)
        key = iam.create_access_key(UserName=user)["AccessKey"]
        keys[who] = (key["AccessKeyId"], key["SecretAccessKey"])
    try:
        yield keys
    finally:
        for who, (key_id, _) in keys.items():
            user = f"test-{who}"
            iam.delete_access_key(UserName=user, AccessKeyId=key_id)
            if who in WHO:
                policy = f"arn:aws:iam::{ACCOUNT_ID}:policy/{user}"
                iam.detach_user_policy(UserName=user, PolicyArn=policy)
                iam.delete_policy(PolicyArn=policy)
            iam.delete_user(UserName=user)


def make_people(
    stack: Stack,
    keys: dict[str, tuple[str, str]],
    outputs: dict[str, Any],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> dict[str, Person]:
    """Make the people's AWS profiles and environments, and stand in an empty folder."""
    config, credentials = folder / "aws-config", folder / "aws-credentials"
    for who, (key_id, secret) in keys.items():
        with config.open("a") as file:
            file.write(f"[profile {who}]\nregion = {REGION}\nendpoint_url = {stack.endpoint_url}\n")
        with credentials.open("a") as file:
            file.write(f"[{who}]\naws_access_key_id = {key_id}\n")
            file.write(f"aws_secret_access_key = {secret}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(credentials))
    monkeypatch.setenv(CONFIG_DIR_VARIABLE, str(folder / "kept"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    # No stack of this machine is named: only the environments lead to the pipeline.
    monkeypatch.delenv("ROWLEDGER_STATE_DIR", raising=False)
    empty = folder / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    described = folder / "outputs.json"
    described.write_text(json.dumps(outputs))
    for who in keys:
        added = invoke("env", "add", who, "--outputs", str(described), "--profile", who)
        assert added.status == 0, added
    return {who: Person(who) for who in keys}
