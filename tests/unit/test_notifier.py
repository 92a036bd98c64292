"""What is published, and what is done where SNS refuses it or does not answer."""

from dataclasses import replace
from unittest.mock import Mock

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    IncompleteReadError,
    ReadTimeoutError,
)
from botocore.parsers import ResponseParserError

from rowledger.functions.adapters.aws.clients import client_config
from rowledger.functions.adapters.aws.notifier import READ_SECONDS, SnsNotifier
from rowledger.functions.config import ProcessorConfig
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.notification import Notification
from rowledger.functions.wiring import intake
from tests.unit.test_config import REQUIRED

URL = "http://127.0.0.1:1"
MESSAGE = Notification(
    "m-1", "a subject", "a body", {"status": "FAILED", "filename": "a.csv"}, event='{"a": 1}'
)
ATTRIBUTES = {
    "status": {"DataType": "String", "StringValue": "FAILED"},
    "filename": {"DataType": "String", "StringValue": "a.csv"},
}
TAKEN = {"MessageId": "sns-1"}


def refusal(code: str, status: int) -> ClientError:
    answer = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "Publish")  # type: ignore[arg-type]


# SNS published nothing, and may do so the next time.
REPEATED = [
    refusal("InternalError", 500),
    refusal("ServiceUnavailable", 503),
    refusal("Throttling", 400),
    refusal("ThrottledException", 429),
    EndpointConnectionError(endpoint_url=URL),
    ConnectTimeoutError(endpoint_url=URL),
]
# It published nothing, and will not either.
FINAL = [
    refusal("AuthorizationError", 403),
    refusal("NotFound", 404),
    refusal("InvalidParameter", 400),
    refusal("KMSAccessDenied", 400),
]
# It may have been published.
UNANSWERED = [
    ReadTimeoutError(endpoint_url=URL),
    ConnectionClosedError(endpoint_url=URL),
    IncompleteReadError(actual_bytes=1, expected_bytes=2),
    ResponseParserError("not XML"),
    ConnectionResetError("reset"),
]


class Sns:
    """A client that answers so, and a notifier over it that does not really wait."""

    def __init__(self, *answers: object) -> None:
        self.client = Mock(**{"publish.side_effect": answers})
        self.sleep = Mock()
        self.notifier = SnsNotifier(self.client, "people", "programs", self.sleep)

    @property
    def pauses(self) -> list[float]:
        return [call.args[0] for call in self.sleep.call_args_list]

    @property
    def publishes(self) -> int:
        return int(self.client.publish.call_count)


def test_a_mail_goes_to_people_and_an_event_to_programs() -> None:
    sns = Sns(TAKEN, {"MessageId": "sns-2"})
    assert sns.notifier.publish(MESSAGE) == "sns-1"
    assert sns.notifier.publish_event(MESSAGE) == "sns-2"
    mail, event = (call.kwargs for call in sns.client.publish.call_args_list)
    assert mail == {
        "TopicArn": "people",
        "Subject": "a subject",
        "Message": "a body",
        "MessageAttributes": ATTRIBUTES,
    }
    assert event == {
        "TopicArn": "programs",
        "Message": '{"a": 1}',
        "MessageAttributes": ATTRIBUTES,
    }


def test_whom_a_mail_is_for_is_a_list_that_subscriptions_filter_by_and_no_part_of_the_event() -> (
    None
):
    sns = Sns(TAKEN, TAKEN)
    message = replace(MESSAGE, attributes=MESSAGE.attributes | {"recipients": '["acme:each"]'})
    sns.notifier.publish(message)
    sns.notifier.publish_event(message)
    mail, event = (call.kwargs["MessageAttributes"] for call in sns.client.publish.call_args_list)
    listed = {"DataType": "String.Array", "StringValue": '["acme:each"]'}
    assert mail == ATTRIBUTES | {"recipients": listed}
    assert event == ATTRIBUTES


@pytest.mark.parametrize("error", REPEATED, ids=repr)
@pytest.mark.parametrize("publish", ["publish", "publish_event"])
def test_what_was_refused_for_the_moment_is_tried_again_as_it_was(
    error: Exception, publish: str
) -> None:
    sns = Sns(error, error, TAKEN)
    assert getattr(sns.notifier, publish)(MESSAGE) == "sns-1"
    assert sns.pauses == [1.0, 2.0]
    first, *others = sns.client.publish.call_args_list
    assert others == [first, first]


@pytest.mark.parametrize("error", REPEATED, ids=repr)
def test_what_is_refused_for_longer_is_a_fault(error: Exception) -> None:
    sns = Sns(error, error, error)
    with pytest.raises(FaultError) as raised:
        sns.notifier.publish(MESSAGE)
    assert raised.value.code is FaultCode.NOTIFICATION
    assert sns.publishes == 3


@pytest.mark.parametrize("error", FINAL, ids=repr)
def test_what_is_refused_for_good_is_tried_once(error: ClientError) -> None:
    sns = Sns(error)
    with pytest.raises(FaultError) as raised:
        sns.notifier.publish(MESSAGE)
    assert raised.value.code is FaultCode.NOTIFICATION
    assert error.response["Error"]["Code"] in raised.value.message
    assert (sns.publishes, sns.pauses) == (1, [])


@pytest.mark.parametrize("error", UNANSWERED, ids=repr)
@pytest.mark.parametrize("publish", ["publish", "publish_event"])
def test_what_was_not_answered_is_tried_once_as_it_may_have_been_sent(
    error: Exception, publish: str
) -> None:
    sns = Sns(error)
    with pytest.raises(FaultError) as raised:
        getattr(sns.notifier, publish)(MESSAGE)
    assert raised.value.code is FaultCode.NOTIFICATION_UNANSWERED
    assert "may have been sent" in raised.value.message
    assert (sns.publishes, sns.pauses) == (1, [])


def test_what_was_refused_and_then_not_answered_is_not_tried_a_third_time() -> None:
    sns = Sns(REPEATED[0], UNANSWERED[0])
    with pytest.raises(FaultError) as raised:
        sns.notifier.publish(MESSAGE)
    assert raised.value.code is FaultCode.NOTIFICATION_UNANSWERED
    assert sns.publishes == 2


def test_botocore_itself_tries_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own tries would send again what may have been sent."""
    made = Mock()
    monkeypatch.setattr(intake, "make_client", made)
    notifier = intake.build_notifier(ProcessorConfig.from_environment(REQUIRED))
    made.assert_called_once_with("sns", read_timeout=READ_SECONDS, tries=1)
    assert client_config(read_timeout=READ_SECONDS, tries=1).retries["total_max_attempts"] == 1  # type: ignore[attr-defined]
    assert notifier.topic_arn == REQUIRED["ROWLEDGER_TOPIC_ARN"]
    assert notifier.events_topic_arn == REQUIRED["ROWLEDGER_EVENTS_TOPIC_ARN"]
