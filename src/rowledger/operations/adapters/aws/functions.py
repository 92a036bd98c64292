"""Asks a Lambda function, and waits for its answer."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.operations.adapters.aws.denials import explained

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


@dataclass(frozen=True, slots=True)
class AskedFunction:
    """name: with its alias. A bare name would run the latest code, in service or not.

    (AWS Lambda API reference, Invoke.) policy: the one that lets people ask it.
    """

    client: "LambdaClient"
    name: str
    policy: str

    def ask(self, event: dict[str, Any]) -> Any:  # noqa: ANN401 -- any JSON
        """Return its answer; raise its fault, or FaultError (FUNCTION) where it has none."""
        with explained(FaultCode.FUNCTION, f"asking {self.name}", self.policy):
            answer = self.client.invoke(
                FunctionName=self.name, Payload=json.dumps(event, ensure_ascii=False).encode()
            )
            content = answer["Payload"].read()
        said = _parsed(self.name, content)
        if "FunctionError" in answer:
            raise _fault(self.name, said)
        return said


def _parsed(name: str, content: bytes) -> Any:  # noqa: ANN401 -- any JSON
    try:
        return json.loads(content)
    except ValueError:
        raise FaultError(FaultCode.FUNCTION, f"{name} did not answer in JSON") from None


def _fault(name: str, said: object) -> FaultError:
    """The fault that a function raised, as it is passed on: its code begins the errorMessage.

    errorType does not tell: Lambda names the exception's class there, the emulator its own word.
    """
    match said:
        case {"errorMessage": str(message)}:
            code, _, text = message.removeprefix("FaultError: ").partition(": ")
            if text and code in list(FaultCode):
                return FaultError(FaultCode(code), text)
            return FaultError(FaultCode.FUNCTION, f"{name} failed: {message}")
        case _:
            return FaultError(FaultCode.FUNCTION, f"{name} failed and does not say why")
