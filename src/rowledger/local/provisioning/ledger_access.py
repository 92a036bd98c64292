"""Access to the ledger in the local emulator: the functions, and the policies for people."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rowledger.functions import contract
from rowledger.local.emulator_clients import ACCOUNT_ID, REGION, EmulatorClients
from rowledger.local.provisioning.functions import ALIAS, put_function, put_role

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

FUNCTIONS = ("ledger_reader", "ledger_operator")


def deploy(
    aws: EmulatorClients,
    package: bytes,
    settings: Mapping[str, dict[str, str]],
    arns: dict[str, str],
) -> None:
    """Create both functions and the policies, or bring them up to date.

    settings: of every function, by its section in pipeline.json.
    arns: a value for every placeholder of the functions' policy documents.
    """
    functions = contract.load("pipeline.json")["functions"]
    for use in FUNCTIONS:
        role = put_role(aws.client("iam"), functions[use]["role"], arns)
        put_function(aws.client("lambda"), functions[use], role, settings[use], package)
    for who, name in contract.load("pipeline.json")["people_policies"].items():
        _put_policy(aws.client("iam"), name, people_policy(who, people_arns(ALIAS)))


def people_arns(alias: str) -> dict[str, str]:
    """A value for every placeholder of contract/policies/people/, but the key's.

    alias: of the functions.
    """
    pipeline = contract.load("pipeline.json")
    functions = f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:"
    queue = pipeline["failure_queue"]["name"]
    return {
        "function_arns": functions,
        "log_group_arns": f"arn:aws:logs:{REGION}:{ACCOUNT_ID}:log-group:/aws/lambda/",
        "failure_queue_arn": f"arn:aws:sqs:{REGION}:{ACCOUNT_ID}:{queue}",
        "topic_arn": f"arn:aws:sns:{REGION}:{ACCOUNT_ID}:{pipeline['topic']}",
        **{
            f"{use}_bucket_arn": f"arn:aws:s3:::{name}" for use, name in pipeline["buckets"].items()
        },
        **{
            f"{use}_invoked_arn": f"{functions}{each['name']}:{alias}"
            for use, each in pipeline["functions"].items()
        },
    }


def people_policy(who: str, arns: dict[str, str]) -> dict[str, Any]:
    """The managed policy for a reader or an operator, who may also do what a reader may.

    arns: a value for every placeholder of contract/policies/people/.
    """
    documents = ("reader", "operator") if who == "operator" else ("reader",)
    return {
        "Version": "2012-10-17",
        "Statement": [
            statement
            for each in documents
            for statement in json.loads(contract.policy(f"people/{each}", **arns))["Statement"]
        ],
    }


def _put_policy(iam: "IAMClient", name: str, document: dict[str, Any]) -> None:
    arn = f"arn:aws:iam::{ACCOUNT_ID}:policy/{name}"
    try:
        known = iam.get_policy(PolicyArn=arn)["Policy"]
    except iam.exceptions.NoSuchEntityException:
        iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(document))
        return
    version: Any = iam.get_policy_version(PolicyArn=arn, VersionId=known["DefaultVersionId"])[
        "PolicyVersion"
    ]["Document"]
    if version == document:
        return
    # A policy has five versions at most (IAM quotas): the earlier ones are of no use.
    for each in iam.list_policy_versions(PolicyArn=arn)["Versions"]:
        if not each["IsDefaultVersion"]:
            iam.delete_policy_version(PolicyArn=arn, VersionId=each["VersionId"])
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(document), SetAsDefault=True)
