"""The connection to PostgreSQL: kept while warm, rebuilt when it died, its errors translated."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from pg8000.exceptions import DatabaseError, InterfaceError
from pg8000.native import Connection

from rowledger.adapters.credentials import Credentials, CredentialSource
from rowledger.errors import FaultCode, FaultError

# Seconds that any one exchange with the database may take, connecting included.
TIMEOUT_SECONDS = 10
# SQLSTATE classes (PostgreSQL manual, appendix A): 08 connection, 53 resources, 57P server stopped.
_UNAVAILABLE = ("08", "53", "57P")
_REFUSED = "28"


@dataclass(frozen=True, slots=True)
class Tls:
    """verify: check the server's certificate and name (verify-full); else a plain connection.

    ca_file: PEM file of the CA certificates to trust; empty: the system's.
    """

    verify: bool
    ca_file: str = ""

    @classmethod
    def from_setting(cls, mode: str, ca_file: str) -> "Tls":
        return cls(verify=mode == "verify-full", ca_file=ca_file)


VERIFIED = Tls(verify=True)
PLAIN = Tls(verify=False)


class Database:
    """One connection, opened at first use."""

    def __init__(self, credentials: CredentialSource, tls: Tls) -> None:
        self._credentials = credentials
        self._tls = tls
        self._connection: Connection | None = None

    @contextmanager
    def session(self, *, check: bool = False) -> Iterator[Connection]:
        """Lend the connection; raise FaultError for whatever goes wrong on it.

        check: first see that a kept connection is still alive, and build a new one if not. It is
        for the first use in an invocation: later a lost connection may have lost an answer too,
        and what was done is then for the next attempt to find out.
        """
        try:
            with translated():
                yield self._living() if check else self._open()
        except FaultError:
            # In whatever state the connection is, a new one is in a known state.
            self.close()
            raise

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        with self.session() as connection:
            connection.run("BEGIN")
            yield connection
            connection.run("COMMIT")

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            _close(connection)

    def _living(self) -> Connection:
        if self._connection is not None:
            try:
                self._connection.run("SELECT 1")
            except (DatabaseError, InterfaceError):
                self.close()
        return self._open()

    def _open(self) -> Connection:
        if self._connection is None:
            try:
                self._connection = connect(self._credentials.get(), self._tls)
            except DatabaseError as error:
                if not _sqlstate(error).startswith(_REFUSED):
                    raise
                # The password may have been rotated since it was read.
                self._connection = connect(self._credentials.refresh(), self._tls)
        return self._connection


def connect(credentials: Credentials, tls: Tls) -> Connection:
    """Open a connection; raises the driver's own errors, see translated()."""
    address = urlsplit(credentials.connection_string)
    if address.scheme not in ("postgresql", "postgres") or not address.hostname:
        raise FaultError(
            FaultCode.CREDENTIALS, "connection_string is not postgresql://host:port/database"
        )
    if not tls.verify and address.hostname not in ("127.0.0.1", "::1", "localhost"):
        raise FaultError(
            FaultCode.CONFIGURATION,
            f"without TLS only a database on loopback is spoken to, not {address.hostname}",
        )
    context = _tls_context(tls)
    # The driver leaves a socket of its own open where the server ends amid the greeting.
    link = socket.create_connection((address.hostname, address.port or 5432), TIMEOUT_SECONDS)
    try:
        return Connection(
            credentials.username,
            host=address.hostname,
            database=address.path.removeprefix("/") or None,
            password=credentials.password,
            ssl_context=context,
            sock=link,
            application_name="rowledger",
        )
    except BaseException:
        link.close()
        raise


@contextmanager
def translated() -> Iterator[None]:
    """Turn the driver's errors into faults; the driver's text stays in the cause."""
    try:
        yield
    except DatabaseError as error:
        state = _sqlstate(error)
        if state.startswith(_REFUSED):
            raise FaultError(
                FaultCode.DATABASE_REFUSED, f"the database refuses the credentials ({state})"
            ) from error
        if state.startswith(_UNAVAILABLE):
            raise FaultError(
                FaultCode.DATABASE_UNAVAILABLE, f"the database is not available ({state})"
            ) from error
        raise FaultError(FaultCode.DATABASE, f"the database answers {state}") from error
    except (InterfaceError, OSError) as error:
        raise FaultError(
            FaultCode.DATABASE_UNAVAILABLE, f"the database cannot be reached ({error})"
        ) from error


def _tls_context(tls: Tls) -> ssl.SSLContext | bool:
    """What the driver takes: a context that must be used, or False for a plain connection."""
    if not tls.verify:
        return False
    try:
        context = ssl.create_default_context(cafile=tls.ca_file or None)
    except (OSError, ssl.SSLError) as error:
        raise FaultError(
            FaultCode.CONFIGURATION, f"the CA file {tls.ca_file} cannot be used ({error})"
        ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _sqlstate(error: DatabaseError) -> str:
    detail = error.args[0] if error.args else None
    return str(detail.get("C", "?????")) if isinstance(detail, dict) else "?????"


def _close(connection: Connection) -> None:
    try:
        connection.close()
    except (DatabaseError, InterfaceError, OSError):
        return  # it was closed by the other side already, which is what was wanted
