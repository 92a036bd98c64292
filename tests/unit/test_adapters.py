"""Errors of the libraries end at the adapter's edge, each as a fault."""

import io
import ssl
from collections.abc import Callable
from itertools import count
from unittest.mock import Mock

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from botocore.response import StreamingBody
from pg8000.exceptions import DatabaseError, InterfaceError

from rowledger.deployment.adapters.aws.alarms import CloudWatchAlarms
from rowledger.deployment.adapters.aws.canary import S3Canary
from rowledger.deployment.adapters.aws.function_versions import LambdaFunctionVersions
from rowledger.deployment.domain.rollout import Alias, Position, Target
from rowledger.functions.adapters.aws.clients import error_code
from rowledger.functions.adapters.aws.credentials import (
    SecretsManagerCredentials,
    SecretsManagerStore,
)
from rowledger.functions.adapters.aws.inventory import S3Inventory
from rowledger.functions.adapters.aws.notifier import SnsNotifier
from rowledger.functions.adapters.aws.storage import S3Storage
from rowledger.functions.adapters.postgres.database import VERIFIED, tls_context
from rowledger.functions.adapters.postgres.database import translated as database_translated
from rowledger.functions.domain.deadline import Deadline
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.notification import Notification
from rowledger.functions.ports.credentials import Credentials
from rowledger.operations.adapters.aws.dispatcher import LambdaDispatcher
from rowledger.operations.adapters.aws.failure_queue import SqsFailureQueue
from rowledger.operations.domain.dead_letters import QueuedMessage
from tests.unit.builders import RECEIVED, an_upload

AWS_ERRORS: list[BotoCoreError | ClientError | OSError] = [
    ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "Operation"),
    ClientError({"Error": {"Code": "SlowDown", "Message": "slow"}}, "Operation"),
    EndpointConnectionError(endpoint_url="http://127.0.0.1:1"),
    ReadTimeoutError(endpoint_url="http://127.0.0.1:1"),
    ConnectionResetError("reset"),
]

NEVER = Deadline(1.0, lambda: 0.0)


@pytest.mark.parametrize("error", AWS_ERRORS)
def test_errors_of_s3_become_storage_faults(error: Exception) -> None:
    calls = ("get_object", "put_object", "head_object")
    client = Mock(**{f"{call}.side_effect": error for call in calls})
    storage = S3Storage(client, "out", "back")
    with pytest.raises(FaultError) as raised, storage.read(an_upload()):
        pass
    denied = error_code(error) == "AccessDenied" if isinstance(error, ClientError) else False
    assert raised.value.code is (FaultCode.OBJECT_ACCESS_DENIED if denied else FaultCode.STORAGE)
    with pytest.raises(FaultError) as raised:
        storage.write_receipt("r", b"{}")
    assert raised.value.code is FaultCode.STORAGE
    with pytest.raises(FaultError) as raised:
        S3Inventory(client, "out", "back").has_version(an_upload())
    assert raised.value.code is FaultCode.STORAGE


def test_a_stream_that_ends_early_is_a_fault() -> None:
    answer = {"Body": StreamingBody(io.BytesIO(b"half"), 8), "ContentLength": 8}
    storage = S3Storage(Mock(**{"get_object.return_value": answer}), "out", "back")
    with pytest.raises(FaultError) as raised, storage.read(an_upload()) as reading:
        list(reading.chunks)
    assert raised.value.code is FaultCode.STORAGE


def test_what_the_reader_raises_itself_passes() -> None:
    body = StreamingBody(io.BytesIO(b""), content_length=0)
    storage = S3Storage(Mock(**{"get_object.return_value": {"Body": body}}), "out", "back")
    with pytest.raises(ZeroDivisionError), storage.read(an_upload()):
        raise ZeroDivisionError


def test_no_receipt_or_backup_is_looked_for_after_the_deadline() -> None:
    seconds = count()
    client = Mock()
    inventory = S3Inventory(client, "out", "back")
    for look in (inventory.existing_receipts, inventory.existing_backups):
        deadline = Deadline(next(seconds) + 5, lambda: next(seconds))
        client.head_object.reset_mock()
        with pytest.raises(FaultError) as raised:
            look([f"key {number}" for number in range(1000)], deadline)
        assert raised.value.code is FaultCode.TIME_UP
        assert 0 < client.head_object.call_count <= 5


@pytest.mark.parametrize("error", AWS_ERRORS)
def test_errors_of_sns_become_notification_faults(error: Exception) -> None:
    client = Mock(**{"publish.side_effect": error})
    notifier = SnsNotifier(client, "arn", "events", sleep=Mock())
    for publish in (notifier.publish, notifier.publish_event):
        with pytest.raises(FaultError) as raised:
            publish(Notification("m", "s", "b", event="{}"))
        assert raised.value.code in (FaultCode.NOTIFICATION, FaultCode.NOTIFICATION_UNANSWERED)


@pytest.mark.parametrize("error", AWS_ERRORS)
def test_errors_of_sqs_become_failure_queue_faults(error: Exception) -> None:
    calls = ("receive_message", "delete_message", "get_queue_attributes")
    client = Mock(**{f"{call}.side_effect": error for call in calls})
    queue = SqsFailureQueue(client, "url", "reader", "operator")
    with pytest.raises(FaultError) as raised, queue.held():
        pass
    assert raised.value.code is FaultCode.FAILURE_QUEUE
    with pytest.raises(FaultError) as raised:
        queue.remove(QueuedMessage("id", "handle", RECEIVED, "body"))
    assert raised.value.code is FaultCode.FAILURE_QUEUE
    with pytest.raises(FaultError) as raised:
        queue.hidden()
    assert raised.value.code is FaultCode.FAILURE_QUEUE


def test_what_was_received_before_a_fault_is_given_back() -> None:
    message = {
        "MessageId": "id",
        "ReceiptHandle": "handle",
        "Body": "body",
        "Attributes": {"SentTimestamp": "1795338900250"},
    }
    client = Mock(**{"receive_message.side_effect": [{"Messages": [message]}, AWS_ERRORS[0]]})
    with pytest.raises(FaultError), SqsFailureQueue(client, "url", "reader", "operator").held():
        pass
    (entry,) = client.change_message_visibility_batch.call_args.kwargs["Entries"]
    assert (entry["ReceiptHandle"], entry["VisibilityTimeout"]) == ("handle", 0)


@pytest.mark.parametrize("error", AWS_ERRORS)
def test_errors_of_lambda_become_dispatch_faults(error: Exception) -> None:
    with pytest.raises(FaultError) as raised:
        LambdaDispatcher(
            Mock(**{"invoke.side_effect": error}), "csv-processor", "operator"
        ).dispatch({})
    assert raised.value.code is FaultCode.DISPATCH


NEW = Target("csv-processor", "2")
FUNCTION_CALLS: dict[str, Callable[[LambdaFunctionVersions], object]] = {
    "csv-processor:live": lambda functions: functions.alias("csv-processor", "live"),
    "csv-processor:live to version 2": lambda functions: functions.move(
        Alias("csv-processor", "live", Position("1"), "r"), Position("2")
    ),
    "versions of csv-processor": lambda functions: functions.versions("csv-processor"),
    "csv-processor:2 is active": lambda functions: functions.await_active(NEW),
    "invoking csv-processor:2": lambda functions: functions.invoke(NEW, {}),
}


@pytest.mark.parametrize("what", FUNCTION_CALLS)
@pytest.mark.parametrize("error", AWS_ERRORS)
def test_errors_of_lambda_become_function_faults(error: Exception, what: str) -> None:
    methods = ("get_alias", "update_alias", "get_paginator", "get_waiter", "invoke")
    client = Mock(**{f"{method}.side_effect": error for method in methods})
    with pytest.raises(FaultError, match=what) as raised:
        FUNCTION_CALLS[what](LambdaFunctionVersions(client, client))
    assert raised.value.code is FaultCode.FUNCTION


@pytest.mark.parametrize("error", AWS_ERRORS)
def test_errors_of_cloudwatch_become_alarm_faults(error: Exception) -> None:
    with pytest.raises(FaultError, match="the alarm too-many") as raised:
        CloudWatchAlarms(Mock(**{"describe_alarms.side_effect": error})).in_alarm("too-many")
    assert raised.value.code is FaultCode.ALARM


@pytest.mark.parametrize("error", AWS_ERRORS)
def test_errors_of_a_canarys_upload_become_storage_faults(error: Exception) -> None:
    with pytest.raises(FaultError, match="'canary' to in") as raised:
        S3Canary(Mock(**{"put_object.side_effect": error}), "in").upload("canary", b"")
    assert raised.value.code is FaultCode.STORAGE


def test_a_canary_needs_a_bucket_with_versions() -> None:
    with pytest.raises(FaultError) as raised:
        S3Canary(Mock(**{"put_object.return_value": {}}), "in").upload("canary", b"")
    assert raised.value.code is FaultCode.UNVERSIONED_BUCKET


@pytest.mark.parametrize("error", AWS_ERRORS)
def test_errors_of_secrets_manager_become_credentials_faults(error: Exception) -> None:
    source = SecretsManagerCredentials(Mock(**{"get_secret_value.side_effect": error}), "s")
    with pytest.raises(FaultError) as raised:
        source.get()
    assert raised.value.code is FaultCode.CREDENTIALS


STORE_CALLS: dict[str, Callable[[SecretsManagerStore], object]] = {
    "holds": lambda store: store.holds("s"),
    "in_force": lambda store: store.in_force(),
    "enforce": lambda store: store.enforce(Credentials("postgresql://h/d", "u", "hidden")),
    "version_state": lambda store: store.version_state("t"),
    "proposed": lambda store: store.proposed("t"),
    "propose": lambda store: store.propose("t", Credentials("postgresql://h/d", "u", "hidden")),
    "promote": lambda store: store.promote("t"),
}


@pytest.mark.parametrize("call", STORE_CALLS)
@pytest.mark.parametrize("error", AWS_ERRORS)
def test_errors_of_a_credential_store_become_credentials_faults(
    error: Exception, call: str
) -> None:
    methods = ("describe_secret", "get_secret_value", "put_secret_value")
    client = Mock(**{f"{method}.side_effect": error for method in methods})
    with pytest.raises(FaultError) as raised:
        STORE_CALLS[call](SecretsManagerStore(client, "s"))
    assert raised.value.code is FaultCode.CREDENTIALS
    assert "hidden" not in str(raised.value)


def test_a_version_without_a_value_holds_no_credentials() -> None:
    missing = ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "GetSecretValue")
    store = SecretsManagerStore(Mock(**{"get_secret_value.side_effect": missing}), "s")
    assert (store.in_force(), store.proposed("t")) == (None, None)


def test_a_secret_that_says_no_address_is_given_one() -> None:
    text = '{"username": "u", "password": "hidden"}'
    client = Mock(**{"get_secret_value.return_value": {"SecretString": text}})
    source = SecretsManagerCredentials(client, "rds!db-1", "postgresql://h/d")
    assert source.get() == Credentials("postgresql://h/d", "u", "hidden")


def test_certificates_are_held_to_the_letter_on_every_version() -> None:
    context = tls_context(VERIFIED)
    assert isinstance(context, ssl.SSLContext)
    assert context.verify_flags & ssl.VERIFY_X509_STRICT
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


def secret(text: str) -> SecretsManagerCredentials:
    client = Mock(**{"get_secret_value.return_value": {"SecretString": text}})
    return SecretsManagerCredentials(client, "rowledger/database")


GOOD_SECRET = '{"connection_string": "postgresql://h/d", "username": "u", "password": "hidden"}'


def test_credentials_are_kept_until_they_are_refreshed() -> None:
    client = Mock(**{"get_secret_value.return_value": {"SecretString": GOOD_SECRET}})
    source = SecretsManagerCredentials(client, "rowledger/database")
    assert source.get() is source.get()
    source.refresh()
    assert client.get_secret_value.call_count == 2


def test_credentials_never_show_the_password() -> None:
    assert "hidden" not in repr(secret(GOOD_SECRET).get())


@pytest.mark.parametrize("text", ["", "hidden", "[]", '{"username": "hidden"}', "null"])
def test_a_secret_of_another_form_is_named_and_not_shown(text: str) -> None:
    with pytest.raises(FaultError) as raised:
        secret(text).get()
    assert raised.value.code is FaultCode.CREDENTIALS
    assert "rowledger/database" in raised.value.message
    assert "hidden" not in raised.value.message
    assert raised.value.__suppress_context__


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (DatabaseError({"C": "28P01"}), FaultCode.DATABASE_REFUSED),
        (DatabaseError({"C": "57P01"}), FaultCode.DATABASE_UNAVAILABLE),
        (DatabaseError({"C": "53300"}), FaultCode.DATABASE_UNAVAILABLE),
        (DatabaseError({"C": "08006"}), FaultCode.DATABASE_UNAVAILABLE),
        (DatabaseError({"C": "23505"}), FaultCode.DATABASE),
        (DatabaseError("no detail"), FaultCode.DATABASE),
        (InterfaceError("network error"), FaultCode.DATABASE_UNAVAILABLE),
        (TimeoutError(), FaultCode.DATABASE_UNAVAILABLE),
    ],
)
def test_errors_of_the_driver_become_database_faults(error: Exception, code: FaultCode) -> None:
    with pytest.raises(FaultError) as raised, database_translated():
        raise error
    assert raised.value.code is code
