"""TLS. The embedded server speaks none, so a front ends it, as a load balancer would."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from rowledger.functions.adapters.postgres.database import Database, Tls
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.ports.credentials import Credentials
from rowledger.local.provisioning.database_logins import Login
from tests.fakes.credentials import FakeCredentials
from tests.integration.database_links import pass_on


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
            answers = threading.Thread(target=pass_on, args=(upstream, secure))
            answers.start()
            pass_on(secure, upstream)
            upstream.shutdown(socket.SHUT_RDWR)
            answers.join()


def query_through(port: int, login: Login, host: str, ca_file: Path | None) -> list[list[int]]:
    credentials = Credentials(
        f"postgresql://{host}:{port}/{login.database}", login.username, login.password
    )
    database = Database(FakeCredentials(credentials), Tls(True, str(ca_file or "")))  # noqa: FBT003
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
