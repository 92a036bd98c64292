"""Background processes of the local stack: known by id and start, and ended with their children."""

import socket
import subprocess
import sys
from pathlib import Path

import psutil

from rowledger.local.processes import background, tcp_ports
from rowledger.local.processes.background import ProcessId
from rowledger.local.waiting import until


def test_a_dead_process_is_not_alive() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        known = ProcessId.of(child.pid)
        assert known.alive()
        child.kill()
        # Until its parent collects it, it stays in the process table.
        assert until(lambda: not known.alive(), 5)
    assert not known.alive()


def test_stopping_ends_children_too_even_those_that_refuse(tmp_path: Path) -> None:
    script = (
        "import signal, subprocess, sys, time;"
        "subprocess.Popen([sys.executable, '-c',"
        " 'import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True);"
        " time.sleep(60)']);"
        "time.sleep(60)"
    )
    log = tmp_path / "log"
    environment = background.marked_environment(tmp_path)
    command = [sys.executable, "-c", script]
    parent = background.spawn(command, environment=environment, cwd=tmp_path, log_file=log)
    assert until(lambda: log.read_text().strip() == "1", 10)
    assert len(background.leftovers(tmp_path)) == 2
    background.stop([psutil.Process(parent.pid)], grace_seconds=0.2)
    assert background.leftovers(tmp_path) == []


def test_a_port_is_kept_while_it_is_free_and_changed_when_it_is_not() -> None:
    port = tcp_ports.choose(None)
    assert tcp_ports.choose(port) == port
    with socket.create_server((tcp_ports.HOST, port)):
        assert not tcp_ports.is_free(port)
        assert tcp_ports.choose(port) != port
