"""A part that is busy is left alone, and what the parts write is kept, for its owner only."""

import os
import signal
import stat
import threading
from collections.abc import Iterator

import pytest

from rowledger.local import StackError, health
from rowledger.local.layout import Layout
from rowledger.local.processes.parts import PART_NAMES
from rowledger.local.stack import Stack, reset, stop
from rowledger.wiring.local_stack import start_local_stack
from tests.integration.test_local_stack import account_for, identities, quiet


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack of this module's own, as its tests stop it."""
    layout = Layout(tmp_path_factory.mktemp("stack") / "state")
    try:
        yield start_local_stack(quiet, layout)
    finally:
        reset(quiet, layout)


@pytest.mark.parametrize("part", ["emulator", "inbox"])
def test_up_leaves_a_part_alone_that_does_not_answer(running: Stack, part: str) -> None:
    before = identities(running)
    log = running.layout.log_file("emulator").read_bytes()
    os.kill(before[part].pid, signal.SIGSTOP)
    try:
        with pytest.raises(StackError, match=r"has not answered .*`rowledger down`"):
            start_local_stack(quiet, running.layout, answer_seconds=0.5)
        assert identities(running) == before
        assert all(identity.alive() for identity in before.values())
        woken = threading.Timer(2, os.kill, (before[part].pid, signal.SIGCONT))
        woken.start()
        start_local_stack(quiet, running.layout)  # waits for it
    finally:
        os.kill(before[part].pid, signal.SIGCONT)
    assert identities(running) == before
    assert running.layout.log_file("emulator").read_bytes().startswith(log)
    assert health.check(running.layout).healthy


def test_down_and_up_replace_a_part_that_is_stuck(running: Stack) -> None:
    stuck = identities(running)["inbox"]
    os.kill(stuck.pid, signal.SIGSTOP)
    assert stop(quiet, running.layout)
    assert not stuck.alive()
    start_local_stack(quiet, running.layout)
    assert health.check(running.layout).healthy


def test_logs_are_kept_when_a_part_starts_again(running: Stack) -> None:
    logs = {name: running.layout.log_file(name) for name in PART_NAMES}
    before = {name: log.read_bytes() for name, log in logs.items()}
    stop(quiet, running.layout)
    start_local_stack(quiet, running.layout)
    for name, log in logs.items():
        assert log.read_bytes().startswith(before[name])


def test_nothing_in_the_state_folder_can_be_read_by_others(running: Stack) -> None:
    account_for(running, "private.csv")
    start_local_stack(quiet, running.layout)
    for path in (running.layout.root, *running.layout.root.rglob("*")):
        mode = stat.S_IMODE(path.lstat().st_mode)
        closed = any(not parent.stat().st_mode & 0o001 for parent in path.parents)
        # A folder may be passed through, so that the server's user gets to its data.
        open_to_others = mode & (0o066 if path.is_dir() else 0o077)
        assert closed or not open_to_others, f"{path}: {mode:o}"
