"""Sends events to the Lambda function as S3 does: asynchronously, with its retries behind them."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rowledger.functions.adapters.aws.clients import translated
from rowledger.functions.domain.faults import FaultCode

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


@dataclass(frozen=True, slots=True)
class LambdaDispatcher:
    client: "LambdaClient"
    function_name: str

    def dispatch(self, event: Any) -> None:  # noqa: ANN401 -- any JSON
        with translated(FaultCode.DISPATCH, f"sending an event to {self.function_name}"):
            self.client.invoke(
                FunctionName=self.function_name,
                InvocationType="Event",
                Payload=json.dumps(event).encode(),
            )
