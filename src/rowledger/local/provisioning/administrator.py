"""The administrator in the local emulator: the same package under its own role, and its work."""

import json
from typing import TYPE_CHECKING, Any

from rowledger.functions import contract
from rowledger.local import StackError
from rowledger.local.emulator_clients import EmulatorClients
from rowledger.local.provisioning.functions import ALIAS, put_function, put_role

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

# RDS names its own; Terraform passes that name on.
MASTER_SECRET = "rowledger/master"  # noqa: S105 -- a name


def deploy(
    aws: EmulatorClients, package: bytes, environment: dict[str, str], arns: dict[str, str]
) -> None:
    """Create the function or bring it up to date.

    arns: a value for every placeholder of its policy document.
    """
    administrator = contract.load("pipeline.json")["functions"]["administrator"]
    role = put_role(aws.client("iam"), administrator["role"], arns)
    put_function(aws.client("lambda"), administrator, role, environment, package)


def invoke(aws: EmulatorClients, event: dict[str, Any], version: str = ALIAS) -> Any:  # noqa: ANN401 -- what it answers, as JSON
    """Invoke it with an event; raise StackError with its own message where it fails.

    version: or alias.
    """
    client: LambdaClient = aws.client("lambda", patient=True)
    name = contract.load("pipeline.json")["functions"]["administrator"]["name"]
    answer = client.invoke(FunctionName=name, Qualifier=version, Payload=json.dumps(event).encode())
    result = json.loads(answer["Payload"].read() or b"null")
    if "FunctionError" in answer:
        raise StackError(f"{name} failed: {result.get('errorMessage', result)}")
    return result
