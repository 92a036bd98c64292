"""The failure queue in SQS."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, Self

from rowledger.functions.domain.faults import FaultCode
from rowledger.operations.adapters.aws.denials import explained
from rowledger.operations.domain.dead_letters import QueuedMessage

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

# What one call may hold (Amazon SQS API reference, ReceiveMessage).
_BATCH = 10
# A call that waits asks every server of the queue, so that an empty answer means an empty queue.
_WAIT_SECONDS = 1
# How long a message stays hidden should this process die while it holds it.
_VISIBILITY_SECONDS = 300


@dataclass(frozen=True, slots=True)
class SqsFailureQueue:
    """reader_policy, operator_policy: what lets people look into it, and take events out."""

    client: "SQSClient"
    queue_url: str
    reader_policy: str
    operator_policy: str

    @classmethod
    def named(
        cls, client: "SQSClient", name: str, *, reader_policy: str, operator_policy: str
    ) -> Self:
        with explained(FaultCode.FAILURE_QUEUE, "finding the failure queue", reader_policy):
            url = client.get_queue_url(QueueName=name)["QueueUrl"]
        return cls(client, url, reader_policy, operator_policy)

    @contextmanager
    def held(self) -> Iterator[list[QueuedMessage]]:
        found: dict[str, QueuedMessage] = {}
        try:
            while batch := self._receive():
                # One that shows again has a newer handle, and only the newest is good.
                found |= {message.id: message for message in batch}
            yield sorted(found.values(), key=lambda message: message.sent_at)
        finally:
            self._give_back(list(found.values()))

    def remove(self, message: QueuedMessage) -> None:
        what = "removing an event from the failure queue"
        with explained(FaultCode.FAILURE_QUEUE, what, self.operator_policy):
            self.client.delete_message(QueueUrl=self.queue_url, ReceiptHandle=message.handle)

    def hidden(self) -> int:
        name: Literal["ApproximateNumberOfMessagesNotVisible"] = (
            "ApproximateNumberOfMessagesNotVisible"
        )
        with self._explained("asking the failure queue what is held"):
            answer = self.client.get_queue_attributes(
                QueueUrl=self.queue_url, AttributeNames=[name]
            )
        return int(answer["Attributes"][name])

    def _explained(self, what: str) -> AbstractContextManager[None]:
        return explained(FaultCode.FAILURE_QUEUE, what, self.reader_policy)

    def _receive(self) -> list[QueuedMessage]:
        with self._explained("reading the failure queue"):
            answer = self.client.receive_message(
                QueueUrl=self.queue_url,
                MaxNumberOfMessages=_BATCH,
                WaitTimeSeconds=_WAIT_SECONDS,
                VisibilityTimeout=_VISIBILITY_SECONDS,
                MessageSystemAttributeNames=["SentTimestamp"],
            )
        return [_message(each) for each in answer.get("Messages", [])]

    def _give_back(self, messages: list[QueuedMessage]) -> None:
        for start in range(0, len(messages), _BATCH):
            with self._explained("giving events back to the failure queue"):
                # The answer lists what it could not give back: mostly what was removed. Anything
                # else shows again by itself.
                self.client.change_message_visibility_batch(
                    QueueUrl=self.queue_url,
                    Entries=[
                        {"Id": str(number), "ReceiptHandle": each.handle, "VisibilityTimeout": 0}
                        for number, each in enumerate(messages[start : start + _BATCH])
                    ],
                )


def _message(message: "MessageTypeDef") -> QueuedMessage:
    sent_ms = int(message["Attributes"]["SentTimestamp"])
    return QueuedMessage(
        message["MessageId"],
        message["ReceiptHandle"],
        datetime.fromtimestamp(sent_ms / 1000, tz=UTC),
        message["Body"],
    )
