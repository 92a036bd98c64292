"""Mails that wait for the budget, as the suite has them sent without waiting for minutes."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pg8000.native import Connection

from rowledger.local.stack import Stack
from tests.e2e.pipeline import PIPELINE

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

PROCESSOR = PIPELINE["functions"]["processor"]


@contextmanager
def only_by_hand(stack: Stack, *, by_hand: bool = True) -> Iterator[None]:
    """Have the schedule invoke nothing meanwhile; or let it, amid a part where it may not."""
    _switch(stack, on=not by_hand)
    try:
        yield
    finally:
        _switch(stack, on=by_hand)


def _switch(stack: Stack, *, on: bool) -> None:
    scheduler: Any = stack.client("scheduler")
    known = scheduler.get_schedule(Name=PROCESSOR["schedule"]["name"])
    scheduler.update_schedule(
        **{
            name: known[name]
            for name in ("Name", "ScheduleExpression", "FlexibleTimeWindow", "Target")
        },
        State="ENABLED" if on else "DISABLED",
    )


def age(connection: Connection) -> None:
    """Let a minute pass for what waits, and the right to publish digests end; by the superuser."""
    connection.run("UPDATE notification SET waits_since = waits_since - interval '1 minute'")
    connection.run("UPDATE mail_budget SET digested_at = digested_at - interval '1 minute'")
    connection.run("UPDATE digest SET lease_expires_at = now() WHERE sent_at IS NULL")


def send(stack: Stack) -> bool:
    """Have csv-processor send them, as its schedule does; say whether it came to its end."""
    client: LambdaClient = stack.client("lambda")
    answer = client.invoke(
        FunctionName=PROCESSOR["name"],
        Qualifier=PIPELINE["alias"],
        Payload=json.dumps(PROCESSOR["schedule"]["input"]),
    )
    return "FunctionError" not in answer
