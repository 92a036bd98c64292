"""More files at once than may be worked on at once: they wait, and none is lost."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import psutil

from rowledger.local.emulator_patches.asynchronous_events import limit
from rowledger.local.health import failed_events
from rowledger.local.processes import emulator
from rowledger.local.state import State
from rowledger.operations.services.following import follow
from tests.e2e.pipeline import PIPELINE, Pipeline

PROCESSOR = PIPELINE["functions"]["processor"]
FILES = 48
SECONDS = 90.0


def workers(pipeline: Pipeline) -> int:
    """How many copies of csv-processor there are."""
    process = State.load(pipeline.stack.layout).parts[emulator.NAME].process.find()
    assert process is not None
    found = 0
    for child in process.children():
        with suppress(psutil.Error):
            found += child.environ().get("AWS_LAMBDA_FUNCTION_NAME") == PROCESSOR["name"]
    return found


def test_a_burst_on_a_cold_stack_waits_for_its_turn(pipeline: Pipeline, empty_queue: str) -> None:
    process = State.load(pipeline.stack.layout).parts[emulator.NAME].process.find()
    assert process is not None
    for child in process.children():
        child.kill()  # the stack is cold
    most, over = 0, threading.Event()

    def watch() -> None:
        nonlocal most
        while not over.wait(0.1):
            most = max(most, workers(pipeline))

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        with ThreadPoolExecutor(16) as senders:
            sent = list(
                senders.map(lambda n: pipeline.put(f"burst-{n}.csv", b"a,b\n1,2\n"), range(FILES))
            )
        # A question of the ledger is a synchronous invocation: it waits for none of them.
        outcomes = list(follow(pipeline.ledger, sent, timeout=SECONDS))
    finally:
        over.set()
        watching.join()
    assert {row.status for row in outcomes} == {"SUCCESS"}
    assert len(outcomes) == FILES
    # One more where the schedule of the mails came by: that is no event, and waits for none.
    assert 0 < most <= limit(PROCESSOR["concurrency"], None, os.cpu_count() or 1) + 1
    assert failed_events(pipeline.stack) == 0
