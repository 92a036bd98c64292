"""The connection: kept while warm, rebuilt when it died, credentials read again when refused."""

import contextlib
import gc
import socket
import ssl
import struct
import threading
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import trustme
from pg8000.native import Connection

from rowledger.adapters.credentials import Credentials
from rowledger.adapters.credentials.memory import MemoryCredentials
from rowledger.adapters.database import PLAIN, Database, Tls
from rowledger.errors import FaultCode, FaultError
from rowledger.local.roles import Login, Logins


def backend(database: Database) -> int:
    with database.session() as connection:
        ((pid,),) = connection.run("SELECT pg_backend_pid()")
        return int(pid)


def test_the_connection_is_kept(fresh_database: Login) -> None:
    database = Database(MemoryCredentials(fresh_database.credentials), PLAIN)
    assert backend(database) == backend(database)
    database.close()


def test_a_connection_that_died_is_rebuilt(fresh_database: Login, logins: Logins) -> None:
    database = Database(MemoryCredentials(fresh_database.credentials), PLAIN)
    first = backend(database)
    superuser = logins.superuser.connect()
    superuser.run("SELECT pg_terminate_backend(:pid, 5000)", pid=first)
    superuser.close()
    assert backend(database) != first
    database.close()


def test_a_connection_that_dies_in_use_is_a_fault_and_the_next_works(
    fresh_database: Login, logins: Logins
) -> None:
    database = Database(MemoryCredentials(fresh_database.credentials), PLAIN)
    superuser = logins.superuser.connect()
    pids = []

    def die() -> None:
        with database.session() as connection:
            pids.append(connection.run("SELECT pg_backend_pid()")[0][0])
            superuser.run("SELECT pg_terminate_backend(:pid, 5000)", pid=pids[0])
            connection.run("SELECT 1")

    with pytest.raises(FaultError) as raised:
        die()
    superuser.close()
    assert raised.value.code is FaultCode.DATABASE_UNAVAILABLE
    assert backend(database) not in pids
    database.close()


def test_a_connection_that_was_reset_is_rebuilt(fresh_database: Login) -> None:
    with resettable(fresh_database) as (port, reset):
        database = Database(MemoryCredentials(through(fresh_database, port)), PLAIN)
        first = backend(database)
        reset()
        assert backend(database) != first
        database.close()


def test_a_transaction_begins_on_a_living_connection(fresh_database: Login) -> None:
    with resettable(fresh_database) as (port, reset):
        database = Database(MemoryCredentials(through(fresh_database, port)), PLAIN)
        backend(database)
        reset()
        with database.transaction() as connection:
            assert connection.run("SELECT 1") == [[1]]
        database.close()


def test_what_may_run_twice_is_run_again_where_its_answer_was_lost(fresh_database: Login) -> None:
    with resettable(fresh_database) as (port, reset):
        database = Database(MemoryCredentials(through(fresh_database, port)), PLAIN)
        runs = []

        def lose_the_first_answer(connection: Connection) -> None:
            runs.append(1)
            if len(runs) == 1:
                reset()
            connection.run("SELECT 1")

        database.repeatable(lose_the_first_answer)
        assert len(runs) == 2
        database.close()


def test_the_server_gives_up_what_the_client_no_longer_waits_for(
    fresh_database: Login, logins: Logins
) -> None:
    """A statement that waits for a lock would otherwise take effect with nobody there any more."""
    database = Database(MemoryCredentials(fresh_database.credentials), PLAIN, timeout_seconds=2)
    waiting = backend(database)
    owner = replace(logins.owner, database=fresh_database.database).connect()
    owner.run("BEGIN")
    owner.run("LOCK TABLE file_metadata")
    with pytest.raises(FaultError) as raised, database.session() as connection:
        connection.run("SELECT count(*) FROM file_metadata")
    assert raised.value.code is FaultCode.DATABASE
    assert owner.run("SELECT count(*) FROM pg_locks WHERE NOT granted AND pid = :p", p=waiting) == [
        [0]
    ]
    owner.close()


def test_a_transaction_cut_off_from_its_client_holds_no_lock_for_long(
    fresh_database: Login, logins: Logins
) -> None:
    """The server may not hear that the client has gone, and would keep the row's lock for hours."""
    database = Database(MemoryCredentials(fresh_database.credentials), PLAIN, timeout_seconds=2)
    owner = replace(logins.owner, database=fresh_database.database).connect()
    owner.run("SET lock_timeout = '5s'")

    def hold_a_lock() -> None:
        with database.transaction() as connection:
            connection.run("LOCK TABLE notification IN ROW EXCLUSIVE MODE")
            owner.run("BEGIN")
            owner.run("LOCK TABLE notification")  # waits until the other lock is gone
            owner.run("COMMIT")

    with pytest.raises(FaultError) as raised:
        hold_a_lock()
    assert raised.value.code is FaultCode.DATABASE_UNAVAILABLE
    assert backend(database)
    database.close()
    owner.close()


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
                    threading.Thread(target=_pass_on, args=pair, daemon=True).start()

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


def test_rotated_credentials_are_read_again_once(fresh_database: Login) -> None:
    old = replace(fresh_database.credentials, password="rotated-away")
    source = MemoryCredentials(old, fresh_database.credentials)
    database = Database(source, PLAIN)
    assert backend(database)
    assert source.refreshed == 1
    database.close()


def test_credentials_that_stay_wrong_are_a_fault_after_one_more_look(
    fresh_database: Login,
) -> None:
    source = MemoryCredentials(replace(fresh_database.credentials, password="wrong"))
    with pytest.raises(FaultError) as raised:
        backend(Database(source, PLAIN))
    assert raised.value.code is FaultCode.DATABASE_REFUSED
    assert source.refreshed == 1
    assert "wrong" not in str(raised.value)


def test_a_database_that_is_away_is_a_fault() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    credentials = Credentials(f"postgresql://127.0.0.1:{port}/rowledger", "u", "p")
    with pytest.raises(FaultError) as raised:
        backend(Database(MemoryCredentials(credentials), PLAIN))
    assert raised.value.code is FaultCode.DATABASE_UNAVAILABLE


@pytest.mark.parametrize(
    ("connection_string", "code"),
    [
        ("mysql://127.0.0.1/rowledger", FaultCode.CREDENTIALS),
        ("rowledger", FaultCode.CREDENTIALS),
        ("postgresql://10.1.0.5:5432/rowledger", FaultCode.CONFIGURATION),
        ("postgresql://127.0.0.1:hidden/rowledger", FaultCode.CREDENTIALS),
        ("postgresql://app:hidden/x@127.0.0.1:5432/rowledger", FaultCode.CREDENTIALS),
        ("postgresql://127.0.0.1:99999/rowledger", FaultCode.CREDENTIALS),
        ("postgresql://[::1/rowledger", FaultCode.CREDENTIALS),
    ],
)
def test_an_address_that_must_not_be_used_is_refused(
    connection_string: str, code: FaultCode
) -> None:
    credentials = Credentials(connection_string, "u", "p")
    with pytest.raises(FaultError) as raised:
        backend(Database(MemoryCredentials(credentials), PLAIN))
    assert raised.value.code is code
    assert "hidden" not in "".join(traceback.format_exception(raised.value))


# TLS. The embedded server speaks none, so a front ends it, as a load balancer would.


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@contextlib.contextmanager
def tls_front(login: Login, certificate: trustme.LeafCert) -> Iterator[int]:
    """A port that answers PostgreSQL's SSLRequest, ends TLS, and passes the bytes on."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_serve_once, args=(server, context, login))
        thread.start()
        yield server.getsockname()[1]
        thread.join(timeout=10)
        assert not thread.is_alive()


def _serve_once(server: socket.socket, context: ssl.SSLContext, login: Login) -> None:
    client, _ = server.accept()
    with client:
        assert client.recv(8) == b"\x00\x00\x00\x08\x04\xd2\x16\x2f"
        client.sendall(b"S")
        try:
            secure = context.wrap_socket(client, server_side=True)
        except (ssl.SSLError, OSError):
            return  # the client did not trust us
        upstream = socket.create_connection((login.host, login.port))
        with secure, upstream:
            answers = threading.Thread(target=_pass_on, args=(upstream, secure))
            answers.start()
            _pass_on(secure, upstream)
            upstream.shutdown(socket.SHUT_RDWR)
            answers.join()


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while chunk := source.recv(65536):
            sink.sendall(chunk)


def query_through(port: int, login: Login, host: str, ca_file: Path | None) -> list[list[int]]:
    credentials = Credentials(
        f"postgresql://{host}:{port}/{login.database}", login.username, login.password
    )
    database = Database(MemoryCredentials(credentials), Tls(True, str(ca_file or "")))  # noqa: FBT003
    try:
        with database.session() as connection:
            return list(connection.run("SELECT 1"))
    finally:
        database.close()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return path


def test_a_server_with_a_good_certificate_is_spoken_to(
    fresh_database: Login, authority: trustme.CA, ca_file: Path
) -> None:
    with tls_front(fresh_database, authority.issue_cert("localhost")) as port:
        assert query_through(port, fresh_database, "localhost", ca_file) == [[1]]


def test_a_certificate_of_another_name_is_refused(
    fresh_database: Login, authority: trustme.CA, ca_file: Path
) -> None:
    with (
        tls_front(fresh_database, authority.issue_cert("another.test")) as port,
        pytest.raises(FaultError) as raised,
    ):
        query_through(port, fresh_database, "localhost", ca_file)
    assert raised.value.code is FaultCode.DATABASE_UNAVAILABLE


def test_a_certificate_of_an_unknown_authority_is_refused(
    fresh_database: Login, authority: trustme.CA
) -> None:
    with (
        tls_front(fresh_database, authority.issue_cert("localhost")) as port,
        pytest.raises(FaultError) as raised,
    ):
        query_through(port, fresh_database, "localhost", None)
    assert raised.value.code is FaultCode.DATABASE_UNAVAILABLE


def test_a_server_without_tls_is_refused(fresh_database: Login, ca_file: Path) -> None:
    with pytest.raises(FaultError) as raised:
        query_through(fresh_database.port, fresh_database, "localhost", ca_file)
    assert raised.value.code is FaultCode.DATABASE_UNAVAILABLE


def test_a_ca_file_that_cannot_be_read_is_named(fresh_database: Login, tmp_path: Path) -> None:
    with pytest.raises(FaultError, match=r"nothing\.pem") as raised:
        query_through(fresh_database.port, fresh_database, "localhost", tmp_path / "nothing.pem")
    assert raised.value.code is FaultCode.CONFIGURATION


def test_a_connection_that_was_lost_leaves_no_socket_open(
    fresh_database: Login, logins: Logins
) -> None:
    database = Database(MemoryCredentials(fresh_database.credentials), PLAIN)
    superuser = logins.superuser.connect()
    before = open_files()

    def lose() -> None:
        with database.session() as connection:
            ((pid,),) = connection.run("SELECT pg_backend_pid()")
            superuser.run("SELECT pg_terminate_backend(:pid, 5000)", pid=pid)
            connection.run("SELECT 1")

    with pytest.raises(FaultError) as raised:
        lose()
    assert open_files() <= before, raised.value
    superuser.close()


def test_a_connection_that_came_to_nothing_leaves_no_socket_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        credentials = Credentials(f"postgresql://127.0.0.1:{port}/rowledger", "u", "p")
        before = open_files()

        def hang_up() -> None:
            client, _ = server.accept()
            client.recv(1)
            client.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(FaultError) as raised:
            backend(Database(MemoryCredentials(credentials), PLAIN))
        thread.join(timeout=10)
        assert open_files() <= before, raised.value


def open_files() -> int:
    """How many this process has open; a fault that is still held must hold none of them."""
    gc.collect()
    return psutil.Process().num_fds()
