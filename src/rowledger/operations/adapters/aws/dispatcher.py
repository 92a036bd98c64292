"""Sends events to the Lambda function as S3 does: asynchronously, with its retries behind them."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rowledger.functions.domain.faults import FaultCode
from rowledger.operations.adapters.aws.denials import explained

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


@dataclass(frozen=True, slots=True)
class LambdaDispatcher:
    client: "LambdaClient"
    function_name: str
    policy: str

    def dispatch(self, event: Any) -> None:  # noqa: ANN401 -- any JSON
        what = f"sending an event to {self.function_name}"
        with explained(FaultCode.DISPATCH, what, self.policy):
            self.client.invoke(
                FunctionName=self.function_name,
                InvocationType="Event",
                Payload=json.dumps(event).encode(),
            )
