"""Events wait for their turn: none is lost, and none is worked on twice."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from rowledger.local.emulator_patches.asynchronous_events import limit
from rowledger.local.emulator_patches.event_queue import EventQueue

SECONDS = 10.0


class Function:
    """Counts who works on it at once."""

    def __init__(self) -> None:
        self.now = self.most = 0
        self.worked: list[int] = []
        self.done = threading.Semaphore(0)
        self._lock = threading.Lock()

    def event(
        self, number: int, again: Callable[[], float | None] = lambda: None
    ) -> Callable[[], float | None]:
        def work() -> float | None:
            with self._lock:
                self.now += 1
                self.most = max(self.most, self.now)
            threading.Event().wait(0.002)
            with self._lock:
                self.now -= 1
                self.worked.append(number)
            self.done.release()
            return again()

        return work

    def wait(self, events: int) -> None:
        for _ in range(events):
            assert self.done.acquire(timeout=SECONDS)


def test_no_more_are_worked_on_at_once_than_allowed_and_all_in_the_end() -> None:
    function = Function()
    queue = EventQueue(lambda _function: 3)
    with ThreadPoolExecutor(8) as senders:
        list(senders.map(lambda n: queue.put("f", function.event(n)), range(100)))
    function.wait(100)
    assert sorted(function.worked) == list(range(100))
    assert function.most == 3


def test_they_are_worked_on_in_the_order_in_which_they_arrived() -> None:
    function = Function()
    queue = EventQueue(lambda _function: 1)
    for number in range(20):
        queue.put("f", function.event(number))
    function.wait(20)
    assert function.worked == list(range(20))


def test_one_that_is_to_be_tried_again_takes_no_place_meanwhile() -> None:
    function = Function()
    queue = EventQueue(lambda _function: 1)
    waits = iter([0.3, None])
    queue.put("f", function.event(1, lambda: next(waits)))
    queue.put("f", function.event(2))
    function.wait(3)
    assert function.worked == [1, 2, 1]


def test_a_fault_of_one_does_not_stop_the_others() -> None:
    function = Function()
    queue = EventQueue(lambda _function: 1)

    def fault() -> float | None:
        raise ValueError

    for event in (fault, function.event(1), fault, function.event(2)):
        queue.put("f", event)
    function.wait(2)


def test_a_stopped_function_keeps_its_events_and_others_go_on() -> None:
    stopped, other = Function(), Function()
    limits = {"stopped": 0, "other": 1}
    queue = EventQueue(lambda name: limits[name], paused_seconds=0.01)
    for number in range(5):
        queue.put("stopped", stopped.event(number))
    queue.put("other", other.event(0))
    other.wait(1)
    assert stopped.worked == []
    limits["stopped"] = 2
    stopped.wait(5)
    assert sorted(stopped.worked) == list(range(5))
    assert stopped.most <= 2


@pytest.mark.parametrize(
    ("of_contract", "reserved", "cores", "expected"),
    [
        (20, None, 2, 8),
        (20, None, 16, 20),
        (None, None, 2, 8),
        (20, 3, 16, 3),
        (20, 0, 16, 0),
        (20, 50, 16, 20),
    ],
)
def test_the_limit_is_terraforms_as_far_as_the_machine_goes(
    of_contract: int | None, reserved: int | None, cores: int, expected: int
) -> None:
    assert limit(of_contract, reserved, cores) == expected
