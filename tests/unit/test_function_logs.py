"""A log that is followed shows each line once; an invocation's lines are found by its id."""

from itertools import islice
from typing import Any
from unittest.mock import Mock

from rowledger.operations.adapters.aws.function_logs import CloudWatchFunctionLogs
from rowledger.operations.ports.function_logs import LogLine
from rowledger.operations.services.function_logs import follow_lines, lines_of_request
from tests.fakes.function_logs import MemoryFunctionLogs

FIRST = [LogLine(20_000, "a", "START RequestId: one Version: 1"), LogLine(20_000, "a", "{}")]
SECOND = [LogLine(19_000, "b", "START RequestId: two Version: 1"), LogLine(19_000, "b", "{}")]


def test_a_followed_log_shows_each_line_once_even_one_that_comes_late() -> None:
    logs = MemoryFunctionLogs(list(FIRST))

    def sleep(_seconds: float) -> None:
        logs.lines[:] = [*SECOND, *FIRST]

    assert list(islice(follow_lines(logs, 0, sleep), 4)) == [*FIRST, *SECOND]
    assert logs.asked == [0, 10_000]


def test_a_followed_log_begins_where_it_was_asked_to() -> None:
    logs = MemoryFunctionLogs([*SECOND, *FIRST])
    assert list(islice(follow_lines(logs, 20_000, lambda _seconds: None), 2)) == FIRST


def test_only_the_lines_of_one_invocation_are_kept() -> None:
    assert list(lines_of_request([*FIRST, *SECOND], "two")) == SECOND
    assert list(lines_of_request(FIRST, "two")) == []


def test_an_empty_page_of_a_log_is_not_its_end() -> None:
    """CloudWatch Logs may return pages without events with more behind them."""
    pages: dict[str | None, tuple[list[str], str]] = {
        None: ([], "f/1"),
        "f/1": (["first"], "f/2"),
        "f/2": ([], "f/3"),
        "f/3": (["second"], "f/4"),
        "f/4": ([], "f/4"),
    }

    def get_log_events(**asked: Any) -> dict[str, Any]:  # noqa: ANN401 -- as boto3 has it
        said, following = pages[asked.get("nextToken")]
        events = [{"timestamp": 5, "message": each} for each in said]
        return {"events": events, "nextForwardToken": following}

    client = Mock()
    client.get_paginator.return_value.paginate.return_value = [
        {"logStreams": [{"logStreamName": "a", "lastEventTimestamp": 5}]}
    ]
    client.get_log_events.side_effect = get_log_events
    lines = CloudWatchFunctionLogs(client, "/aws/lambda/csv-processor", None).read(0)
    assert [line.message for line in lines] == ["first", "second"]
