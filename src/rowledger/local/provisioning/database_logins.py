"""Who logs in to the local database.

csv-administrator makes the roles, the database and the function's login, through a master who is no
superuser, as on AWS. Here are that master, what state folders of earlier versions need, and the
logins that developers and tests use on a laptop.
"""

from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

import pg8000.native
from pg8000.exceptions import Error
from pg8000.native import identifier, literal

from rowledger.functions import contract
from rowledger.functions.adapters.postgres.database import PLAIN, connect
from rowledger.functions.ports.credentials import Credentials
from rowledger.local.processes import tcp_ports
from rowledger.local.processes.postgres_server import SUPERUSER
from rowledger.local.state import StackCredentials

MASTER = "rowledger_master"
_NAMES = contract.load("pipeline.json")["database"]


@dataclass(frozen=True)
class Login:
    """How one role reaches the database."""

    host: str
    port: int
    database: str
    username: str
    password: str = field(repr=False)

    @classmethod
    def of(cls, credentials: Credentials) -> "Login":
        address = urlsplit(credentials.connection_string)
        return cls(
            str(address.hostname),
            int(address.port or 0),
            address.path.removeprefix("/"),
            credentials.username,
            credentials.password,
        )

    @property
    def connection_string(self) -> str:
        """Where the database is, without a user."""
        return f"postgresql://{self.address}"

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}/{self.database}"

    @property
    def credentials(self) -> Credentials:
        return Credentials(self.connection_string, self.username, self.password)

    def connect(self) -> pg8000.native.Connection:
        """Raise OSError or pg8000's Error where the server cannot be reached or refuses."""
        return connect(self.credentials, PLAIN)

    def answers(self) -> bool:
        """Whether the database answers a query of this role."""
        try:
            connection = self.connect()
            try:
                return bool(connection.run("SELECT 1") == [[1]])
            finally:
                connection.close()
        except (Error, OSError):
            return False


@dataclass(frozen=True)
class Logins:
    """Everyone who logs in to one server, but for the function: its login is in its secret."""

    superuser: Login
    master: Login
    owner: Login
    reader: Login
    operator: Login

    @classmethod
    def at(cls, port: int, credentials: StackCredentials) -> "Logins":
        master = Login(tcp_ports.HOST, port, _NAMES["name"], MASTER, credentials.master_password)

        def as_role(role: str, password: str) -> Login:
            return replace(master, username=_NAMES[role], password=password)

        return cls(
            superuser(port, credentials),
            master,
            as_role("owner_role", credentials.owner_password),
            as_role("reader_role", credentials.reader_password),
            as_role("operator_role", credentials.operator_password),
        )

    def pgpass(self) -> str:
        """The reader's line for psql's password file."""
        reader = self.reader
        return (
            f"{reader.host}:{reader.port}:{reader.database}:{reader.username}:{reader.password}\n"
        )


def superuser(port: int, credentials: StackCredentials) -> Login:
    return Login(tcp_ports.HOST, port, SUPERUSER, SUPERUSER, credentials.superuser_password)


def ensure_master(logins: Logins) -> None:
    """Make the master, with the rights that a managed server's has, and set its password."""
    connection = logins.superuser.connect()
    try:
        if not _exists(connection, MASTER):
            connection.run(f"CREATE ROLE {MASTER} NOSUPERUSER CREATEROLE CREATEDB")
        _set_password(connection, logins.master)
        _adopt(connection)
    finally:
        connection.close()


def enable_developer_logins(logins: Logins) -> None:
    """Let owner, reader and operator log in; on AWS a person's login is a member of one."""
    connection = logins.superuser.connect()
    try:
        for login in (logins.owner, logins.reader, logins.operator):
            _set_password(connection, login)
    finally:
        connection.close()


def _adopt(connection: pg8000.native.Connection) -> None:
    """Hand the roles that an earlier version's superuser made to the master."""
    for role in ("owner_role", "function_role", "reader_role", "operator_role"):
        name = _NAMES[role]
        if _exists(connection, name):
            connection.run(f"GRANT {identifier(name)} TO {MASTER} WITH ADMIN OPTION")
    if _exists(connection, _NAMES["function_role"]):
        # It was the function's login; now two logins take turns as members of it.
        connection.run(f"ALTER ROLE {identifier(_NAMES['function_role'])} NOLOGIN PASSWORD NULL")


def _set_password(connection: pg8000.native.Connection, login: Login) -> None:
    connection.run(
        f"ALTER ROLE {identifier(login.username)} LOGIN PASSWORD {literal(login.password)}"
    )


def _exists(connection: pg8000.native.Connection, role: str) -> bool:
    return bool(connection.run("SELECT 1 FROM pg_roles WHERE rolname = :role", role=role))
