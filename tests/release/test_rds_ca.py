"""make rds-ca, from a server of its own: Amazon's cannot be part of a test."""

import hashlib
import os
import shutil
import ssl
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from subprocess import CompletedProcess

import pytest
import trustme

from tests.workflows.files import make

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is missing")

BUNDLE = trustme.CA(organization_name="RDS").cert_pem.bytes() * 2


class _Server(ThreadingHTTPServer):
    answers: dict[str, tuple[int, bytes]]


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        status, body = self.server.answers.get(self.path, (404, b"not here"))
        self.send_response(status)
        if status == 302:
            self.send_header("Location", body.decode("ascii"))
            body = b""
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base's name
        pass


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def server(authority: trustme.CA) -> Iterator[str]:
    """The URL of a server behind TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with _Server(("127.0.0.1", 0), _Handler) as served:
        served.socket = context.wrap_socket(served.socket, server_side=True)
        url = f"https://localhost:{served.server_address[1]}"
        served.answers = {
            "/bundle.pem": (200, BUNDLE),
            "/denied.pem": (200, b"<Error>AccessDenied</Error>"),
            "/moved.pem": (302, f"{url}/bundle.pem".encode("ascii")),
        }
        thread = threading.Thread(target=served.serve_forever)
        thread.start()
        yield url
        served.shutdown()
        thread.join()


@pytest.fixture
def fetch(
    tmp_path: Path, authority: trustme.CA, server: str
) -> Callable[..., CompletedProcess[str]]:
    trusted = tmp_path / "trusted.pem"
    authority.cert_pem.write_to_path(trusted)
    target = tmp_path / "rds-ca.pem"

    def run(path: str, *, sha256: str = "", **environment: str) -> CompletedProcess[str]:
        url = path if ":" in path else server + path
        given = {"RDS_CA_URL": url, "RDS_CA": str(target), "RDS_CA_SHA256": sha256}
        trust = {"CURL_CA_BUNDLE": str(trusted)}
        return make("-o", "setup", "rds-ca", environment=os.environ | given | trust | environment)

    return run


def test_the_certificates_are_fetched_and_described(
    tmp_path: Path, fetch: Callable[..., CompletedProcess[str]]
) -> None:
    digest = hashlib.sha256(BUNDLE).hexdigest()
    done = fetch("/bundle.pem")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "rds-ca.pem").read_bytes() == BUNDLE
    assert "1 valid CA certificates" in done.stdout
    assert digest in done.stdout
    assert fetch("/bundle.pem", sha256=digest.upper()).returncode == 0


@pytest.mark.parametrize(
    ("path", "sha256", "environment", "said"),
    [
        ("/bundle.pem", "0" * 64, {}, "look at what Amazon changed"),
        ("/denied.pem", "", {}, "holds no certificates"),
        ("/missing.pem", "", {}, "404"),
        # Nothing is followed: an address that has moved is for a person to look at.
        ("/moved.pem", "", {}, "holds no certificates"),
        # A server that somebody else's authority vouches for.
        ("/bundle.pem", "", {"CURL_CA_BUNDLE": ""}, "certificate"),
        ("http://127.0.0.1:1/bundle.pem", "", {}, "rotocol"),
        ("file:///etc/hosts", "", {}, "rotocol"),
    ],
)
def test_anything_else_is_refused_and_changes_nothing(
    tmp_path: Path,
    fetch: Callable[..., CompletedProcess[str]],
    path: str,
    sha256: str,
    environment: dict[str, str],
    said: str,
) -> None:
    earlier = tmp_path / "rds-ca.pem"
    earlier.write_bytes(b"earlier")
    done = fetch(path, sha256=sha256, **environment)
    assert done.returncode != 0
    assert said in done.stderr
    assert len([line for line in done.stderr.splitlines() if line.startswith("make rds-ca:")]) == 1
    assert earlier.read_bytes() == b"earlier"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["rds-ca.pem", "trusted.pem"]
