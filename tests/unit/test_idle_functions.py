"""Versions that nobody invoked for weeks: Lambda has taken their network away (Lambda developer
guide, "Lambda function states"), and the call that meets them so fails and brings it back.
"""

import io
import time
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.response import StreamingBody
from botocore.stub import Stubber

from rowledger.deployment.adapters.aws.function_versions import LambdaFunctionVersions
from rowledger.deployment.domain.rollout import Target
from rowledger.functions.domain.faults import FaultError

ADMINISTRATOR = Target("csv-administrator", "7")
MEANT = {"FunctionName": "csv-administrator", "Qualifier": "7"}
NOT_READY = {"service_error_code": "ResourceNotReadyException", "http_status_code": 502}


@pytest.fixture
def lambda_client() -> Any:  # noqa: ANN401 -- a client
    config = Config(retries={"total_max_attempts": 1, "mode": "standard"})
    return boto3.client(
        "lambda",
        region_name="us-east-1",
        aws_access_key_id="none",
        aws_secret_access_key="none",
        config=config,
    )


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    return slept


def states(stub: Stubber, *found: str) -> None:
    for state in found:
        stub.add_response("get_function_configuration", {"State": state}, MEANT)


def test_an_idle_version_is_not_waited_for_in_vain(
    lambda_client: Any,  # noqa: ANN401
    pauses: list[float],
) -> None:
    with Stubber(lambda_client) as stub:
        states(stub, "Inactive")
        LambdaFunctionVersions(lambda_client, lambda_client).await_active(ADMINISTRATOR)
        stub.assert_no_pending_responses()
    assert pauses == []


def test_a_new_version_is_waited_for(
    lambda_client: Any,  # noqa: ANN401
    pauses: list[float],
) -> None:
    with Stubber(lambda_client) as stub:
        states(stub, "Pending", "Pending", "Active")
        LambdaFunctionVersions(lambda_client, lambda_client).await_active(ADMINISTRATOR)
        stub.assert_no_pending_responses()
    assert len(pauses) > 0


def test_an_idle_version_is_asked_again_when_it_is_back(
    lambda_client: Any,  # noqa: ANN401
    pauses: list[float],
) -> None:
    with Stubber(lambda_client) as stub:
        stub.add_client_error("invoke", **NOT_READY)  # type: ignore[arg-type]
        states(stub, "Inactive", "Pending", "Active")
        answer = StreamingBody(io.BytesIO(b'{"migrated":[]}'), 15)
        stub.add_response("invoke", {"StatusCode": 200, "Payload": answer})
        functions = LambdaFunctionVersions(lambda_client, lambda_client)
        assert functions.invoke(ADMINISTRATOR, {"action": "migrate"}) == {"migrated": []}
        stub.assert_no_pending_responses()
    assert len(pauses) > 0


@pytest.mark.usefixtures("pauses")
def test_one_that_does_not_come_back_is_a_fault(lambda_client: Any) -> None:  # noqa: ANN401
    with Stubber(lambda_client) as stub:
        stub.add_client_error("invoke", **NOT_READY)  # type: ignore[arg-type]
        states(stub, "Active")
        stub.add_client_error("invoke", **NOT_READY)  # type: ignore[arg-type]
        functions = LambdaFunctionVersions(lambda_client, lambda_client)
        with pytest.raises(FaultError, match="invoking csv-administrator:7: ResourceNotReady"):
            functions.invoke(ADMINISTRATOR, {})
