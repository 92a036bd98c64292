"""The connection to PostgreSQL: kept while warm, rebuilt when it died, its errors translated."""

import socket
import ssl
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from pg8000.exceptions import DatabaseError, InterfaceError
from pg8000.native import Connection

from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.ports.credentials import Credentials, CredentialSource

# Seconds that any one exchange with the database may take.
TIMEOUT_SECONDS = 10
# Seconds until a host that does not even accept a connection is given up.
CONNECT_SECONDS = 3
# Until a database that does not answer any more is given up: by a statement on the open connection,
# and then by one on a new connection, which it may accept.
SILENT_SECONDS = TIMEOUT_SECONDS + CONNECT_SECONDS + TIMEOUT_SECONDS
# The server gives up so much earlier than the client does.
_EARLIER_SECONDS = 1
# How long what was sent may stay without any sign of the other side.
_SILENCE_SECONDS = 5
# SQLSTATE classes (PostgreSQL manual, appendix A): 08 connection, 53 resources, 57P server stopped;
# and 25P03, a transaction that was idle for too long.
_UNAVAILABLE = ("08", "53", "57P", "25P03")
_REFUSED = "28"
# What is wrong with a value: 22 data exception (out of range, no character of the encoding, …),
# 23514 a check violation, 54000 a limit, such as of an index entry or of a JSON text.
_VALUE_REFUSED = ("22", "23514", "54000")


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


OpenConnection = Callable[[Credentials, Tls, int, Mapping[str, str]], Connection]


class Database:
    """One connection, opened at first use."""

    def __init__(
        self,
        credentials: CredentialSource,
        tls: Tls,
        *,
        timeout_seconds: int = TIMEOUT_SECONDS,
        open_connection: OpenConnection | None = None,
    ) -> None:
        """Open nothing yet.

        Args:
            credentials: whose login.
            tls: how the connection is protected.
            timeout_seconds: what one statement may take, and a transaction wait for its next one.
            open_connection: what opens a connection; connect() where it is not given.
        """
        self._credentials = credentials
        self._tls = tls
        self._timeout_seconds = timeout_seconds
        self._open_connection = open_connection or connect
        self._connection: Connection | None = None

    @contextmanager
    def session(self) -> Iterator[Connection]:
        """Lend a living connection; raise FaultError for whatever goes wrong on it.

        Where it is lost in use, an answer may be lost too: what was done is then for the next
        attempt to find out, unless it may be repeated, see repeatable().
        """
        with self._lent("SELECT 1") as connection:
            yield connection

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Lend a living connection with a transaction begun, and commit it."""
        with self._lent("BEGIN") as connection:
            yield connection
            connection.run("COMMIT")

    def repeatable(self, action: Callable[[Connection], None]) -> None:
        """Run what may as well run twice, once more where the connection was lost under it."""
        try:
            with self.session() as connection:
                action(connection)
        except FaultError as fault:
            if fault.code is not FaultCode.DATABASE_UNAVAILABLE:
                raise
            with self.session() as connection:
                action(connection)

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            _close(connection)

    @contextmanager
    def _lent(self, probe: str) -> Iterator[Connection]:
        try:
            with translated():
                yield self._living(probe)
        except BaseException:
            # In whatever state the connection is, a new one is in a known state.
            self.close()
            raise

    def _living(self, probe: str) -> Connection:
        """A connection on which the probe, harmless to repeat, has run."""
        if self._connection is not None:
            try:
                self._connection.run(probe)
            except (DatabaseError, InterfaceError, OSError):
                self.close()  # it died while nobody used it
            else:
                return self._connection
        connection = self._open()
        connection.run(probe)
        return connection

    def _open(self) -> Connection:
        try:
            self._connection = self._connect(self._credentials.get())
        except DatabaseError as error:
            if not _sqlstate(error).startswith(_REFUSED):
                raise
            # The password may have been rotated since it was read.
            self._connection = self._connect(self._credentials.refresh())
        return self._connection

    def _connect(self, credentials: Credentials) -> Connection:
        seconds = f"{self._timeout_seconds - _EARLIER_SECONDS}s"
        # A statement that still waits, such as for a lock, would take effect later with nobody
        # there; and a transaction would keep its locks for as long as the server does not hear
        # that its client has gone, which may be hours.
        limits = {"statement_timeout": seconds, "idle_in_transaction_session_timeout": seconds}
        return self._open_connection(credentials, self._tls, self._timeout_seconds, limits)


def connect(
    credentials: Credentials,
    tls: Tls,
    timeout_seconds: int = TIMEOUT_SECONDS,
    settings: Mapping[str, str] | None = None,
) -> Connection:
    """Open a connection with these settings of PostgreSQL's.

    timeout_seconds: what one exchange may take. Raises the driver's own errors, see translated().
    """
    host, port, database = _parse(credentials.connection_string)
    if not tls.verify and host not in ("127.0.0.1", "::1", "localhost"):
        raise FaultError(
            FaultCode.CONFIGURATION,
            f"without TLS only a database on loopback is spoken to, not {host}",
        )
    context = tls_context(tls)
    # The driver leaves a socket of its own open where the server ends amid the greeting.
    link = socket.create_connection((host, port), CONNECT_SECONDS)
    link.settimeout(timeout_seconds)
    _give_up_on_silence(link)
    try:
        return Connection(
            credentials.username,
            host=host,
            database=database,
            password=credentials.password,
            ssl_context=context,
            sock=link,
            application_name="rowledger",
            startup_params=dict(settings or {}),
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
        _let_go(error)
        state = _sqlstate(error)
        if state.startswith(_REFUSED):
            raise FaultError(
                FaultCode.DATABASE_REFUSED, f"the database refuses the credentials ({state})"
            ) from error
        if state.startswith(_UNAVAILABLE):
            raise FaultError(
                FaultCode.DATABASE_UNAVAILABLE, f"the database is not available ({state})"
            ) from error
        if state.startswith(_VALUE_REFUSED):
            raise FaultError(
                FaultCode.VALUE_REFUSED, f"the database refuses a value ({state})"
            ) from error
        raise FaultError(FaultCode.DATABASE, f"the database answers {state}") from error
    except (InterfaceError, OSError) as error:
        _let_go(error)
        raise FaultError(
            FaultCode.DATABASE_UNAVAILABLE, f"the database cannot be reached ({error})"
        ) from error


def _let_go(error: BaseException) -> None:
    """Empty the frames that an error came through.

    The driver's hold its file on the socket: it would stay open, closed or not, for as long as
    somebody keeps the error, as the fault's cause.
    """
    cause: BaseException | None = error
    while isinstance(cause, DatabaseError | InterfaceError | OSError):
        traceback.clear_frames(cause.__traceback__)
        cause = cause.__context__


def _parse(connection_string: str) -> tuple[str, int, str]:
    """Host, port and database of postgresql://host:port/database."""
    try:
        address = urlsplit(connection_string)
        host, port = address.hostname, address.port or 5432
    except ValueError:
        host = None
    database = "" if host is None else address.path.removeprefix("/")
    if not host or not database or address.scheme not in ("postgresql", "postgres"):
        # Neither quoted nor chained: a password misplaced in it must not get into a log.
        raise FaultError(
            FaultCode.CREDENTIALS, "connection_string is not postgresql://host:port/database"
        ) from None
    return host, port, database


def _give_up_on_silence(link: socket.socket) -> None:
    """Let the system end a connection whose peer stopped answering while nobody used it."""
    link.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux, which is where Lambda runs
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _SILENCE_SECONDS * 1000)


def tls_context(tls: Tls) -> ssl.SSLContext | bool:
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
    # RFC 5280 to the letter, on every version as on Lambda's: 3.13 made it the default.
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


def _sqlstate(error: DatabaseError) -> str:
    detail = error.args[0] if error.args else None
    return str(detail.get("C", "?????")) if isinstance(detail, dict) else "?????"


def _close(connection: Connection) -> None:
    try:
        connection.close()
    except (DatabaseError, InterfaceError, OSError):
        return  # it was closed by the other side already, which is what was wanted
