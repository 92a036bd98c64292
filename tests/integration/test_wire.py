"""The proxy that the fault suite puts before services closes every connection that it opened."""

import gc
import socket
import threading
import warnings

from rowledger.local.processes import tcp_ports
from tests.faults.wire import Wire


def test_a_connection_that_arrives_as_the_server_goes_away_is_closed() -> None:
    with (
        socket.create_server((tcp_ports.HOST, 0)) as upstream,
        Wire(upstream.getsockname()[1]) as wire,
        warnings.catch_warnings(record=True) as caught,
    ):
        warnings.simplefilter("always")
        for _ in range(30):
            clients = [threading.Thread(target=_connect, args=(wire.port,)) for _ in range(4)]
            for client in clients:
                client.start()
            with wire.down():
                for client in clients:
                    client.join()
        gc.collect()
    assert [str(warning.message) for warning in caught] == []


def _connect(port: int) -> None:
    try:
        with socket.create_connection((tcp_ports.HOST, port)) as client:
            client.sendall(b"asks")
    except OSError:
        pass
