"""Serves the console on loopback until it is interrupted."""

import contextlib
import socket
import webbrowser
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from rowledger.errors import CommandError

# An address with a filter in it then works for a colleague, too, in a console of his own.
USUAL_PORT = 8484
_HOST = "127.0.0.1"
_END_SECONDS = 2


def listening_socket(port: int | None) -> socket.socket:
    """Take a port; raise CommandError where another program has it.

    port: None for the usual one, or any that is free.
    """
    for each in (USUAL_PORT, 0) if port is None else (port,):
        taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind((_HOST, each))
        except OSError:
            taken.close()
            continue
        return taken
    raise CommandError(f"port {port} of {_HOST} is taken: choose another with --port")


def serve(app: ASGIApp, listening: socket.socket, on_started: Callable[[], None]) -> None:
    """Serve until interrupted."""
    config = uvicorn.Config(
        app,
        access_log=False,
        lifespan="off",
        log_level="warning",
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=_END_SECONDS,
        ws="none",
    )
    # A browser that is opened now waits until the server takes its connection.
    listening.listen()
    on_started()
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listening])


def open_browser(address: str) -> bool:
    """Open an address; return whether there was a browser to open."""
    try:
        return webbrowser.open(address)
    except webbrowser.Error:
        return False
