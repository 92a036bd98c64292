"""A log that is followed shows each line once; an invocation's lines are found by its id."""

from itertools import islice

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
