"""Whatever AWS denies a person, the command says in one line which policy grants it."""

from collections.abc import Callable
from typing import Any
from unittest.mock import Mock

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from rowledger.functions.domain.faults import FaultError
from rowledger.operations.adapters.aws.archive import S3Archive
from rowledger.operations.adapters.aws.failure_queue import SqsFailureQueue
from rowledger.operations.adapters.aws.function_logs import CloudWatchFunctionLogs
from rowledger.operations.adapters.aws.input_bucket import S3InputBucket
from rowledger.operations.adapters.aws.objects import S3Objects
from rowledger.operations.adapters.aws.rights import LambdaRights
from rowledger.operations.adapters.aws.service_state import AwsServiceState
from rowledger.operations.domain.dead_letters import QueuedMessage
from tests.unit.builders import RECEIVED, an_upload

READER, OPERATOR = "the-readers", "the-operators"
MESSAGE = QueuedMessage("id", "handle", RECEIVED, "body")
# What AWS says: S3 to GetObject and to HeadObject, SQS or CloudWatch Logs, a key of KMS.
CODES = ("AccessDenied", "403", "AccessDeniedException", "KMS.AccessDeniedException")


def queue(client: Mock) -> SqsFailureQueue:
    return SqsFailureQueue(client, "url", reader_policy=READER, operator_policy=OPERATOR)


def hold(client: Mock) -> None:
    with queue(client).held():
        pass


def state(client: Mock) -> AwsServiceState:
    return AwsServiceState(client, client, client, READER)


CALLS: dict[str, tuple[Callable[[Mock], Any], str]] = {
    "a receipt": (lambda c: S3Archive(c, "out", "back", READER).receipt("r"), READER),
    "a backup": (lambda c: S3Archive(c, "out", "back", READER).backup("b"), READER),
    "its size": (lambda c: S3Archive(c, "out", "back", READER).backup_size("b", None), READER),
    "bytes": (lambda c: list(S3Objects(c, READER).read("in", "k")), READER),
    "an upload": (lambda c: S3InputBucket(c, READER).has_version(an_upload()), READER),
    "a log": (lambda c: list(CloudWatchFunctionLogs(c, "group", READER).read(0)), READER),
    "a version": (lambda c: state(c).in_service("f", "live"), READER),
    "alarms": (lambda c: state(c).alarms(["errors"]), READER),
    "failed events": (lambda c: state(c).failed_events("queue"), READER),
    "the queue": (
        lambda c: SqsFailureQueue.named(c, "q", reader_policy=READER, operator_policy=OPERATOR),
        READER,
    ),
    "its messages": (hold, READER),
    "what is held": (lambda c: queue(c).hidden(), READER),
    "a message": (lambda c: queue(c).remove(MESSAGE), OPERATOR),
}


def failing(error: Exception) -> Mock:
    """A client whose every call fails, with the classes of errors that a client of S3 has."""
    client = Mock(side_effect=error)
    calls = (
        *("get_object", "head_object", "get_paginator", "get_alias", "describe_alarms"),
        *("get_queue_url", "receive_message", "get_queue_attributes", "delete_message"),
    )
    for call in calls:
        getattr(client, call).side_effect = error
    return client


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("what", CALLS)
def test_a_denial_names_the_policy_that_grants_it(what: str, code: str) -> None:
    call, policy = CALLS[what]
    denied = ClientError({"Error": {"Code": code, "Message": "no"}}, "Operation")
    with pytest.raises(FaultError, match=f"{code}: .*rights of the policy {policy} ") as raised:
        call(failing(denied))
    assert raised.value.__cause__ is denied


@pytest.mark.parametrize("what", CALLS)
def test_any_other_error_is_one_line_too_and_names_none(what: str) -> None:
    call, _ = CALLS[what]
    with pytest.raises(FaultError) as raised:
        call(failing(EndpointConnectionError(endpoint_url="http://127.0.0.1:1")))
    assert "policy" not in raised.value.message


@pytest.mark.parametrize("code", ["NoSuchKey", "404"])
def test_what_is_missing_is_no_error(code: str) -> None:
    client = failing(ClientError({"Error": {"Code": code, "Message": "no"}}, "Operation"))
    archive = S3Archive(client, "out", "back", READER)
    assert archive.receipt("r") is None
    assert archive.backup("b") is None
    assert archive.backup_size("b", None) is None
    assert S3InputBucket(client, READER).has_version(an_upload()) is False


@pytest.mark.parametrize("code", ["AccessDeniedException", "AccessDenied"])
def test_whom_lambda_denies_an_operators_function_may_not_act(code: str) -> None:
    denied = ClientError({"Error": {"Code": code}}, "Invoke")
    client = Mock(**{"invoke.side_effect": denied})
    assert not LambdaRights(client, "csv-ledger-operator:live").may_act()


def test_who_may_invoke_it_may_act_and_nothing_is_run() -> None:
    client = Mock()
    assert LambdaRights(client, "csv-ledger-operator:live").may_act()
    client.invoke.assert_called_once_with(
        FunctionName="csv-ledger-operator:live", InvocationType="DryRun"
    )


def test_a_failure_is_no_answer_about_rights() -> None:
    client = Mock(**{"invoke.side_effect": EndpointConnectionError(endpoint_url="x")})
    with pytest.raises(FaultError, match="asking for the rights"):
        LambdaRights(client, "csv-ledger-operator:live").may_act()
