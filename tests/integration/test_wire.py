"""The proxy that the fault suite puts before services closes every connection that it opened."""

import gc
import socket
import threading
import warnings

import pytest

from rowledger.local.processes import tcp_ports
from tests.faults.wire import Deed, Wire


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


def test_an_answer_that_asks_for_the_body_is_not_the_one_that_is_cut() -> None:
    interim, final = b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"
    with (
        socket.create_server((tcp_ports.HOST, 0)) as upstream,
        Wire(upstream.getsockname()[1]) as wire,
        wire.fault(b"body", Deed.CUT, after=0, times=1) as cut,
        socket.create_connection((tcp_ports.HOST, wire.port)) as client,
    ):
        client.sendall(b"head, body")
        server, _ = upstream.accept()
        with server:
            assert server.recv(100) == b"head, body"
            server.sendall(interim)
            assert client.recv(100) == interim
            server.sendall(final)
            with pytest.raises(ConnectionResetError):
                client.recv(100)
    assert cut.done == 1


def _connect(port: int) -> None:
    try:
        with socket.create_connection((tcp_ports.HOST, port)) as client:
            client.sendall(b"asks")
    except OSError:
        pass
