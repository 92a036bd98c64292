"""The functions in Lambda."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from rowledger.deployment.domain.rollout import Alias, Position, Target, Version
from rowledger.functions.adapters.aws.clients import error_code, translated
from rowledger.functions.domain.faults import FaultCode, FaultError

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_lambda.type_defs import (
        AliasConfigurationResponseTypeDef,
        FunctionConfigurationTypeDef,
        InvocationResponseTypeDef,
    )

_LATEST = "$LATEST"
# A version that nobody invoked for weeks has lost its network. The call that meets it so is refused
# and brings it back (AWS Lambda developer guide, "Lambda function states").
_IDLE, _IDLE_REFUSAL = "Inactive", "ResourceNotReadyException"


@dataclass(frozen=True, slots=True)
class LambdaFunctionVersions:
    """The functions in one account and region.

    Args:
        patient_client: Waits for an answer for as long as a function may run.
    """

    client: "LambdaClient"
    patient_client: "LambdaClient"

    def alias(self, function: str, name: str) -> Alias:
        with translated(FaultCode.FUNCTION, f"reading the alias {function}:{name}"):
            answer = self.client.get_alias(FunctionName=function, Name=name)
        return _alias(function, answer)

    def move(self, alias: Alias, to: Position) -> Alias:
        what = f"moving the alias {alias.function}:{alias.name} to {to}"
        with translated(FaultCode.FUNCTION, what):
            try:
                answer = self.client.update_alias(
                    FunctionName=alias.function,
                    Name=alias.name,
                    FunctionVersion=to.version,
                    RoutingConfig={"AdditionalVersionWeights": _weights(to)},
                    RevisionId=alias.revision,
                )
            except ClientError as error:
                if error_code(error) == "PreconditionFailedException":
                    raise FaultError(
                        FaultCode.ALIAS_MOVED, f"{what}: somebody else has moved it meanwhile"
                    ) from error
                raise
        return _alias(alias.function, answer)

    def versions(self, function: str) -> list[Version]:
        with translated(FaultCode.FUNCTION, f"listing the versions of {function}"):
            pages = self.client.get_paginator("list_versions_by_function").paginate(
                FunctionName=function
            )
            return [
                _version(each)
                for page in pages
                for each in page["Versions"]
                if each["Version"] != _LATEST
            ]

    def await_active(self, target: Target) -> None:
        with translated(FaultCode.FUNCTION, f"waiting until {target} is active"):
            known = self.client.get_function_configuration(
                FunctionName=target.function, Qualifier=target.version
            )
            if known.get("State") != _IDLE:
                self._wait(target)

    def invoke(self, target: Target, event: Any) -> Any:  # noqa: ANN401 -- any JSON
        with translated(FaultCode.FUNCTION, f"invoking {target}"):
            try:
                answer = self._invoked(target, event)
            except ClientError as error:
                if error_code(error) != _IDLE_REFUSAL:
                    raise
                self._wait(target)
                answer = self._invoked(target, event)
            said = json.loads(answer["Payload"].read() or b"null")
        if "FunctionError" in answer:
            reason = said.get("errorMessage", said) if isinstance(said, dict) else said
            raise FaultError(FaultCode.FUNCTION, f"{target} failed: {reason}")
        return said

    def _wait(self, target: Target) -> None:
        self.client.get_waiter("published_version_active").wait(
            FunctionName=target.function, Qualifier=target.version
        )

    def _invoked(self, target: Target, event: Any) -> "InvocationResponseTypeDef":  # noqa: ANN401
        return self.patient_client.invoke(
            FunctionName=target.function,
            Qualifier=target.version,
            Payload=json.dumps(event).encode(),
        )


def _weights(position: Position) -> dict[str, float]:
    additional = position.additional_version
    return {additional: position.weight} if additional else {}


def _alias(function: str, answer: "AliasConfigurationResponseTypeDef") -> Alias:
    weights = answer.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
    # Lambda shares between two versions at most (AWS Lambda developer guide, "Weighted aliases").
    additional, weight = next(iter(weights.items()), (None, 0.0))
    position = Position(answer["FunctionVersion"], additional, weight)
    return Alias(function, answer["Name"], position, answer["RevisionId"])


def _version(each: "FunctionConfigurationTypeDef") -> Version:
    published_at = datetime.fromisoformat(each["LastModified"])
    return Version(each["Version"], each["CodeSha256"], published_at)
