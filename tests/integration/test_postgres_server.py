"""The local server starts whatever an earlier one, or somebody else, left in its way."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest

from rowledger.local import StackError
from rowledger.local.layout import Layout
from rowledger.local.processes import postgres_server, tcp_ports
from rowledger.local.processes.background import ProcessId
from rowledger.local.provisioning.database_logins import superuser
from rowledger.local.state import PartProcess, StackCredentials
from rowledger.local.waiting import until

SECONDS = 30


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Layout]:
    layout = Layout(tmp_path_factory.mktemp("database") / "state")
    layout.create()
    yield layout
    layout.remove()


@pytest.fixture
def credentials(layout: Layout) -> Iterator[StackCredentials]:
    """Of a server that ran once and does not run now."""
    credentials = StackCredentials.load_or_create(layout)
    postgres_server.start(layout, credentials, None)
    postgres_server.stop(layout)
    yield credentials
    postgres_server.stop(layout)


def answers(part: PartProcess, credentials: StackCredentials) -> bool:
    return superuser(part.port, credentials).answers()


def test_a_port_that_is_taken_at_the_last_moment_is_given_up_for_another(
    layout: Layout, credentials: StackCredentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server((tcp_ports.HOST, 0)) as other:
        taken = other.getsockname()[1]
        monkeypatch.setattr(tcp_ports, "is_free", lambda port: True)
        part = postgres_server.start(layout, credentials, taken)
    assert part.port != taken
    assert answers(part, credentials)


def test_a_pid_file_whose_id_is_another_process_by_now_is_no_hindrance(
    layout: Layout, credentials: StackCredentials
) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        leave_pid_file(layout, other.pid)
        part = postgres_server.start(layout, credentials, None)
        assert answers(part, credentials)
        assert other.poll() is None
        other.communicate(b"\n")


def test_a_pid_file_whose_id_is_a_thread_by_now_is_no_hindrance(
    layout: Layout, credentials: StackCredentials
) -> None:
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        assert thread.native_id is not None
        leave_pid_file(layout, thread.native_id)
        assert answers(postgres_server.start(layout, credentials, None), credentials)
    finally:
        done.set()
        thread.join()


def leave_pid_file(layout: Layout, pid: int) -> None:
    """As a server leaves it that was killed and whose id was given away since."""
    (layout.postgres / "postmaster.pid").write_text(f"{pid}\n{layout.postgres}\n1\n5432\n\n\n")


def test_what_a_killed_server_left_running_is_ended(
    layout: Layout, credentials: StackCredentials
) -> None:
    killed = postgres_server.start(layout, credentials, None).process
    children = [ProcessId.of(child.pid) for child in psutil.Process(killed.pid).children()]
    # It is slow to see that the server is gone, and uses the data and the memory until then.
    os.kill(children[0].pid, signal.SIGSTOP)
    os.kill(killed.pid, signal.SIGKILL)
    assert until(lambda: not killed.alive(), SECONDS)
    part = postgres_server.start(layout, credentials, None)
    assert answers(part, credentials)
    assert not any(child.alive() for child in children)


def test_a_start_that_takes_too_long_leaves_no_server_behind(
    layout: Layout, credentials: StackCredentials
) -> None:
    with slow_recovery(layout), pytest.raises(StackError, match="postgres did not start"):
        postgres_server.start(layout, credentials, None, start_seconds=1)
    assert [each for each in psutil.process_iter(["cwd"]) if belongs_to(each, layout)] == []


@contextmanager
def slow_recovery(layout: Layout) -> Iterator[None]:
    """As after a crash with much to recover, on a busy machine."""
    signal_file = layout.postgres / "recovery.signal"
    configuration = layout.postgres / "postgresql.conf"
    as_it_was = configuration.read_text()
    signal_file.touch()
    configuration.write_text(f"{as_it_was}\nrestore_command = 'sleep 60'\n")
    try:
        yield
    finally:
        configuration.write_text(as_it_was)
        signal_file.unlink()


def belongs_to(process: psutil.Process, layout: Layout) -> bool:
    return bool(process.info["cwd"] == str(layout.postgres))
