"""Asks AWS what a person may do, without doing it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from rowledger.functions.domain.faults import FaultCode
from rowledger.operations.adapters.aws.denials import explained, is_denial

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


@dataclass(frozen=True, slots=True)
class LambdaRights:
    """function: one that operators alone may invoke, with its alias."""

    client: "LambdaClient"
    function: str

    def may_act(self) -> bool:
        with explained(FaultCode.FUNCTION, f"asking for the rights to {self.function}", None):
            try:
                # It looks at the caller's rights and runs nothing (Lambda API reference, Invoke).
                self.client.invoke(FunctionName=self.function, InvocationType="DryRun")
            except ClientError as error:
                if is_denial(error):
                    return False
                raise
        return True
