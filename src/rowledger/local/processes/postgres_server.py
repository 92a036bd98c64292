"""The local PostgreSQL server: initialised once, started and stopped by process id."""

import shutil
from pathlib import Path

import psutil

from rowledger.local import StackError
from rowledger.local.layout import Layout
from rowledger.local.private_files import tail
from rowledger.local.processes import background, postgres_programs, server_user, tcp_ports
from rowledger.local.processes.background import ProcessId
from rowledger.local.state import PartProcess, StackCredentials
from rowledger.local.waiting import until

NAME = "postgres"
SUPERUSER = "postgres"

START_SECONDS = 30
_STOP_SECONDS = 30
# Each warm copy of the function keeps a connection, and a burst of uploads makes many copies.
_MAX_CONNECTIONS = 300


def start(
    layout: Layout,
    credentials: StackCredentials,
    preferred_port: int | None,
    start_seconds: int = START_SECONDS,
) -> PartProcess:
    """Start the server, initialising its data at the first start; raise StackError.

    start_seconds: how long the server may take until it answers.
    """
    _initialise(layout, credentials)
    _clear_dead_server(layout)
    return tcp_ports.on_a_free_port(
        preferred_port, lambda port: _start_on(layout, port, start_seconds)
    )


def _start_on(layout: Layout, port: int, start_seconds: int) -> PartProcess:
    log_file = layout.log_file(NAME)
    log_begin = background.begin_log(log_file)
    log_file.touch(mode=0o600)
    server_user.give(log_file)
    server = f"-p {port} -c listen_addresses={tcp_ports.HOST} -c unix_socket_directories='' "
    server += f"-c max_connections={_MAX_CONNECTIONS}"
    try:
        _pg_ctl(layout, "start", "-t", str(start_seconds), "-l", str(log_file), "-o", server)
    except StackError as error:
        log_end = tail(log_file, begin=log_begin)
        stop(layout)  # one that is slow to start goes on starting
        raise StackError(f"{NAME} did not start; {log_file} ends:\n{log_end}") from error
    running = find(layout)
    if running is None:
        raise StackError(
            f"{NAME} ended at once; {log_file} ends:\n{tail(log_file, begin=log_begin)}"
        )
    return PartProcess(port, running)


def find(layout: Layout) -> ProcessId | None:
    """The server that runs on this data folder, by its pid file."""
    try:
        pid = int((layout.postgres / "postmaster.pid").read_text().split("\n", 1)[0])
        process = ProcessId.of(pid)
        found = process.find()
        # The pid file may outlive the server, and its id may be another process's by now.
        ours = found is not None and str(layout.postgres) in found.cmdline()
    except (FileNotFoundError, ValueError, psutil.Error):
        return None
    return process if ours else None


def stop(layout: Layout) -> None:
    """End the server on this data folder, if one runs; open sessions are closed."""
    running = find(layout)
    if running is None:
        return
    try:
        _pg_ctl(layout, "stop", "-t", str(_STOP_SECONDS), "-m", "fast")
    except StackError:
        background.stop(filter(None, [running.find()]), grace_seconds=5)
    # The server takes its pid file away a moment before it ends.
    until(lambda: not running.alive(), _STOP_SECONDS)


def _initialise(layout: Layout, credentials: StackCredentials) -> None:
    if layout.postgres.exists():
        return
    # The data folder appears under its name only when it is whole, so that an interrupted
    # initialisation leaves a draft that the next one clears away.
    draft = layout.draft
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    server_user.give(draft)
    password_file = layout.root / "postgres.password"
    try:
        password_file.touch(mode=0o600)
        password_file.write_text(credentials.superuser_password)
        server_user.give(password_file)
        _initdb(layout, draft, password_file)
    finally:
        password_file.unlink(missing_ok=True)
    draft.rename(layout.postgres)


def _clear_dead_server(layout: Layout) -> None:
    """Clear what a killed server left, as no other can start on its data until then.

    That is its children, which on a busy machine notice late that it has ended, and its pid file,
    whose id may be another process's by now.
    """
    if find(layout) is None:
        background.stop(_children_of_a_dead_server(layout), grace_seconds=5)
        (layout.postgres / "postmaster.pid").unlink(missing_ok=True)


def _children_of_a_dead_server(layout: Layout) -> list[psutil.Process]:
    """Every process of PostgreSQL that works in this data folder, where no server runs."""
    return [
        process
        for process in psutil.process_iter(["name", "cwd"])
        if process.info["name"] == NAME and process.info["cwd"] == str(layout.postgres)
    ]


def _initdb(layout: Layout, data: Path, password_file: Path) -> None:
    _run(
        layout,
        "initdb",
        f"--pgdata={data}",
        f"--username={SUPERUSER}",
        f"--pwfile={password_file}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--no-locale",
    )


def _pg_ctl(layout: Layout, action: str, *arguments: str) -> None:
    _run(layout, "pg_ctl", action, "-w", "-D", str(layout.postgres), *arguments)


def _run(layout: Layout, program: str, *arguments: str) -> None:
    server_user.open_the_way_to(postgres_programs.folder() / program)
    environment = background.clean_environment()
    postgres_programs.run(program, *arguments, environment=environment, cwd=layout.root)
