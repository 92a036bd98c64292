"""Ways to a database that can be cut, as tests of the connection share them."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

from rowledger.functions.adapters.postgres.database import Database
from rowledger.functions.ports.credentials import Credentials
from rowledger.local.provisioning.database_logins import Login


def backend(database: Database) -> int:
    with database.session() as connection:
        ((pid,),) = connection.run("SELECT pg_backend_pid()")
        return int(pid)


def through(login: Login, port: int) -> Credentials:
    return replace(
        login.credentials, connection_string=f"postgresql://127.0.0.1:{port}/{login.database}"
    )


@contextlib.contextmanager
def resettable(login: Login) -> Iterator[tuple[int, Callable[[], None]]]:
    """A port that passes bytes on to the database, and what resets every connection through it."""
    links: list[socket.socket] = []

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = server.accept()
                upstream = socket.create_connection((login.host, login.port))
                links.extend((client, upstream))
                for pair in ((client, upstream), (upstream, client)):
                    threading.Thread(target=pass_on, args=pair, daemon=True).start()

    def reset() -> None:
        for link in links:
            with contextlib.suppress(OSError):
                # No lingering: closing sends RST instead of FIN.
                link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                link.shutdown(socket.SHUT_RD)
            link.close()
        links.clear()

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1], reset
        server.shutdown(socket.SHUT_RDWR)
        thread.join(timeout=10)
    reset()


def pass_on(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while chunk := source.recv(65536):
            sink.sendall(chunk)
