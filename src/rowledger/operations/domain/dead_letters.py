"""Dead letters: events that Lambda gave up on, as its failure destination keeps them.

The envelope is the one of the AWS Lambda developer guide, "Capturing records of Lambda asynchronous
invocations".
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rowledger.functions.domain.event import read_event
from rowledger.functions.domain.upload import Upload


@dataclass(frozen=True, slots=True)
class QueuedMessage:
    """A message of the failure queue. handle: what removes it. sent_at: UTC."""

    id: str
    handle: str
    sent_at: datetime
    body: str


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event that failed for good.

    reason: the last try's error, as type and message. tries: how often it was tried.
    event: as the function was handed it. trouble: why it cannot be sent again; None where it can.
    """

    message: QueuedMessage
    reason: str
    tries: int | None
    event: Any
    uploads: tuple[Upload, ...]
    trouble: str | None


def read_letter(message: QueuedMessage, *, bucket: str, suffixes: Sequence[str]) -> DeadLetter:
    """Read a message of the failure queue, whatever it holds. bucket, suffixes: as read_event's."""
    try:
        envelope = json.loads(message.body)
        event = envelope["requestPayload"]
        tries = int(envelope["requestContext"]["approximateInvokeCount"])
        reason = _reason(envelope)
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        OverflowError,
        RecursionError,
    ) as error:
        unknown = f"it is no record of a failed invocation ({type(error).__name__})"
        return DeadLetter(message, "", None, None, (), unknown)
    reading = read_event(event, bucket=bucket, suffixes=suffixes)
    trouble = "; ".join(str(fault) for fault in reading.faults) or None
    return DeadLetter(message, reason, tries, event, tuple(reading.uploads), trouble)


def _reason(envelope: Mapping[str, Any]) -> str:
    response = envelope.get("responsePayload")
    if isinstance(response, Mapping) and "errorMessage" in response:
        return f"{response.get('errorType', 'Error')}: {response['errorMessage']}"
    # An event that grew too old was answered by nobody.
    return str(envelope["requestContext"].get("condition", "unknown"))
