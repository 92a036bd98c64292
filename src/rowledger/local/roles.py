"""The database's roles: an owner that migrates, and those that may what its migrations grant."""

from dataclasses import dataclass, field

import pg8000.native
from pg8000.exceptions import Error

from rowledger import contract
from rowledger.adapters.credentials import Credentials
from rowledger.adapters.database import PLAIN, connect
from rowledger.local import ports
from rowledger.local.database import SUPERUSER
from rowledger.local.state import Secrets

OWNER = "rowledger_owner"


@dataclass(frozen=True)
class Login:
    """How one role reaches the database."""

    host: str
    port: int
    database: str
    username: str
    password: str = field(repr=False)

    @property
    def connection_string(self) -> str:
        """Where the database is, without who asks."""
        return f"postgresql://{self.host}:{self.port}/{self.database}"

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
    """Every role of one server."""

    superuser: Login
    owner: Login
    function: Login
    reader: Login
    operator: Login

    @classmethod
    def at(cls, port: int, credentials: Secrets) -> "Logins":
        names = contract.load("pipeline.json")["database"]
        name = names["name"]
        return cls(
            Login(ports.HOST, port, SUPERUSER, SUPERUSER, credentials.superuser_password),
            Login(ports.HOST, port, name, OWNER, credentials.owner_password),
            Login(ports.HOST, port, name, names["function_role"], credentials.function_password),
            Login(ports.HOST, port, name, names["reader_role"], credentials.reader_password),
            Login(ports.HOST, port, name, names["operator_role"], credentials.operator_password),
        )

    def pgpass(self) -> str:
        """The reader's line for psql's password file."""
        reader = self.reader
        return (
            f"{reader.host}:{reader.port}:{reader.database}:{reader.username}:{reader.password}\n"
        )


def ensure(logins: Logins) -> None:
    """Create the roles and the database where they are missing, and set the roles' passwords."""
    connection = logins.superuser.connect()
    try:
        users = (logins.function, logins.reader, logins.operator)
        for login in (logins.owner, *users):
            _ensure_role(connection, login)
        _ensure_database(connection, logins.owner, users)
    finally:
        connection.close()


def _ensure_role(connection: pg8000.native.Connection, login: Login) -> None:
    name = pg8000.native.identifier(login.username)
    known = connection.run("SELECT 1 FROM pg_roles WHERE rolname = :name", name=login.username)
    verb = "ALTER" if known else "CREATE"
    connection.run(
        f"{verb} ROLE {name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE "
        f"PASSWORD {pg8000.native.literal(login.password)}"
    )


def _ensure_database(
    connection: pg8000.native.Connection, owner: Login, users: tuple[Login, ...]
) -> None:
    name = pg8000.native.identifier(owner.database)
    known = connection.run("SELECT 1 FROM pg_database WHERE datname = :name", name=owner.database)
    if not known:
        connection.run(f"CREATE DATABASE {name} OWNER {pg8000.native.identifier(owner.username)}")
    connection.run(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
    for user in users:
        connection.run(
            f"GRANT CONNECT ON DATABASE {name} TO {pg8000.native.identifier(user.username)}"
        )
