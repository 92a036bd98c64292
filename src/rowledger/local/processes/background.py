"""Background processes, identified by id and start time: a reused id is another process."""

import os
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from rowledger.local.private_files import open_private
from rowledger.local.waiting import until

# Each Python process we start has this variable with the state folder's path, and so have its
# children. PostgreSQL is found by its pid file instead.
MARKER = "ROWLEDGER_LOCAL_STACK"

# The kernel rounds start times to clock ticks, and the wall clock they refer to may be adjusted.
_SAME_START_SECONDS = 2.0
_KILLED_SECONDS = 5.0
_LONG_LOG_BYTES = 10_000_000


@dataclass(frozen=True)
class ProcessId:
    """A process that cannot be confused with a later one of the same id."""

    pid: int
    started: float
    """Seconds since the epoch."""

    @classmethod
    def of(cls, pid: int) -> "ProcessId":
        """Raise psutil.NoSuchProcess if no process has this id."""
        return cls(pid, psutil.Process(pid).create_time())

    def find(self) -> psutil.Process | None:
        """The live process; None if it has ended or its id is another process's now."""
        try:
            process = psutil.Process(self.pid)
            if abs(process.create_time() - self.started) > _SAME_START_SECONDS:
                return None
            return None if process.status() == psutil.STATUS_ZOMBIE else process
        except psutil.NoSuchProcess:
            return None

    def alive(self) -> bool:
        return self.find() is not None


def spawn(
    command: Sequence[str], *, environment: Mapping[str, str], cwd: Path, log_file: Path
) -> ProcessId:
    """Start a process that outlives this one and appends its output to a log file."""
    with open_private(log_file, "ab") as log:
        process = subprocess.Popen(  # noqa: S603 -- our own programs, by absolute path
            command,
            env=dict(environment),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    identity = ProcessId.of(process.pid)
    # Only its identity is used from here on. Without this, the object would warn when it is dropped
    # that nobody waited for the process.
    process.returncode = 0
    return identity


def begin_log(log_file: Path) -> int:
    """Where in its log what is started now will begin.

    The log is kept; a long one is set aside first, in place of the one that was set aside before.
    """
    try:
        size = log_file.stat().st_size
    except FileNotFoundError:
        return 0
    if size < _LONG_LOG_BYTES:
        return size
    log_file.replace(log_file.with_name(f"{log_file.name}.1"))
    return 0


def clean_environment() -> dict[str, str]:
    """What our processes inherit of the user's environment: no AWS_*, no PG*, no proxies."""
    return {name: os.environ[name] for name in ("PATH", "LANG", "TZ") if name in os.environ}


def marked_environment(state_dir: Path) -> dict[str, str]:
    """The same for a Python process that `leftovers` has to find."""
    python = {"PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}
    return clean_environment() | python | {MARKER: str(state_dir)}


def stop(processes: Iterable[psutil.Process], grace_seconds: float) -> None:
    """Ask the processes and all their children to end, and kill those that do not in time."""
    targets = list(_with_children(processes))
    for process in targets:
        _signal(process, kill=False)
    for process in _wait(targets, grace_seconds):
        _signal(process, kill=True)
    _wait(targets, _KILLED_SECONDS)


def stop_gently(process: psutil.Process, grace_seconds: float) -> None:
    """Let a process end by itself first, so that it saves its state, then stop its children."""
    children = _children(process)
    _signal(process, kill=False)
    _wait([process], grace_seconds)
    stop([process, *children], grace_seconds=2)


def leftovers(state_dir: Path) -> list[psutil.Process]:
    """Every live process that was started for this state folder, recorded or not."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARKER) == str(state_dir) and process.pid != os.getpid():
                found.append(process)
        except psutil.Error:
            continue
    return found


def _wait(processes: list[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Wait for the processes to end; return those that have not."""
    until(lambda: all(_ended(process) for process in processes), seconds)
    return [process for process in processes if not _ended(process)]


def _ended(process: psutil.Process) -> bool:
    try:
        # Collects the process if it is a child of ours. Another parent may be slow to collect its
        # own, so one that waits for that has ended all the same.
        process.wait(timeout=0)
    except psutil.TimeoutExpired:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
    return True


def _with_children(processes: Iterable[psutil.Process]) -> Iterable[psutil.Process]:
    for process in processes:
        yield from _children(process)
        yield process


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _signal(process: psutil.Process, *, kill: bool) -> None:
    try:
        process.kill() if kill else process.terminate()
    except psutil.NoSuchProcess:
        return
