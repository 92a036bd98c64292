"""The ledger's roles, its database, and the two logins that take turns for each role.

Whoever calls may make roles and databases, and need not be a superuser: the master of a managed
server is none. PostgreSQL 16 or later, whose rules for such a user these are: who makes a role may
administer it, and may grant itself the rest.

Roles that hold rights and logins that hold passwords are apart: owner, function, reader and
operator log nobody in. A person's login is made a member of one of them.
"""

import base64
import hashlib
import hmac
import secrets

from pg8000.native import Connection, identifier, literal

from rowledger.functions import contract

_NAMES = contract.load("pipeline.json")["database"]
OWNER: str = _NAMES["owner_role"]
FUNCTION: str = _NAMES["function_role"]
_USERS: tuple[str, ...] = (FUNCTION, _NAMES["reader_role"], _NAMES["operator_role"])
_LOGINS: dict[str, tuple[str, ...]] = {
    _NAMES[f"{who}_role"]: tuple(_NAMES[f"{who}_logins"])
    for who in ("function", "reader", "operator")
}
_SCRAM_ITERATIONS = 4096
_SALT_BYTES = 16


def function_logins() -> tuple[str, str]:
    """The two that take turns for csv-processor and csv-reconciler."""
    return login_pairs()[FUNCTION]


def login_pairs() -> dict[str, tuple[str, str]]:
    """By role, the two logins that take turns: of function, reader and operator."""
    return {role: (first, second) for role, (first, second) in _LOGINS.items()}


def missing_roles(connection: Connection) -> list[str]:
    return [role for role in (OWNER, *_USERS) if not _known(connection, role)]


def ensure_roles(connection: Connection) -> list[str]:
    """Make the roles that are missing, and let the caller act as the owner; return their names."""
    made = missing_roles(connection)
    for role in made:
        connection.run(f"CREATE ROLE {identifier(role)} NOLOGIN")
    ((owns,),) = connection.run(
        "SELECT pg_has_role(:owner, 'USAGE') AND pg_has_role(:owner, 'SET')", owner=OWNER
    )
    if not owns:
        connection.run(f"GRANT {identifier(OWNER)} TO CURRENT_USER WITH INHERIT TRUE, SET TRUE")
    return made


def database_owner(connection: Connection, name: str) -> str | None:
    """Who owns a database of the server; None where there is none of that name."""
    found = connection.run(
        "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = :name", name=name
    )
    return str(found[0][0]) if found else None


def ensure_database(connection: Connection, name: str) -> None:
    """Make the database, or take it over from the master that the server was made with."""
    known, database, owner = database_owner(connection, name), identifier(name), identifier(OWNER)
    if known is None:
        connection.run(f"CREATE DATABASE {database} OWNER {owner}")
    elif known != OWNER:
        connection.run(f"ALTER DATABASE {database} OWNER TO {owner}")
    connection.run(f"REVOKE ALL ON DATABASE {database} FROM PUBLIC")
    users = ", ".join(identifier(user) for user in _USERS)
    connection.run(f"GRANT CONNECT ON DATABASE {database} TO {users}")


def put_login(connection: Connection, name: str, password: str, role: str) -> None:
    """Let a login, a member of the role, in with this password, and with no earlier one."""
    login = identifier(name)
    if not _known(connection, name):
        connection.run(f"CREATE ROLE {login} NOLOGIN")
    connection.run(f"GRANT {identifier(role)} TO {login}")
    # Not the password itself: the server may log the statement.
    connection.run(f"ALTER ROLE {login} LOGIN PASSWORD {literal(scram_verifier(password))}")


def scram_verifier(password: str, salt: bytes | None = None) -> str:
    """What PostgreSQL keeps of a password (RFC 5803), from which nobody can log in.

    password: ASCII, which SASLprep leaves as it is.
    """
    salt = salt or secrets.token_bytes(_SALT_BYTES)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode("ascii"), salt, _SCRAM_ITERATIONS)
    stored_key = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server_key = hmac.digest(salted, b"Server Key", "sha256")
    return (
        f"SCRAM-SHA-256${_SCRAM_ITERATIONS}:{_base64(salt)}"
        f"${_base64(stored_key)}:{_base64(server_key)}"
    )


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _known(connection: Connection, role: str) -> bool:
    return bool(connection.run("SELECT 1 FROM pg_roles WHERE rolname = :role", role=role))
