"""The function's two logins: a warm copy may use either, whichever is in force."""

from collections.abc import Iterator
from contextlib import contextmanager

from pg8000.native import Connection, identifier

from rowledger.functions import contract
from rowledger.functions.adapters.aws.credentials import SecretsManagerCredentials
from rowledger.functions.adapters.postgres.roles import FUNCTION, function_logins
from rowledger.local.provisioning.database_logins import Login
from rowledger.local.stack import Stack

_MEMBERS = "SELECT member::regrole::text FROM pg_auth_members WHERE roleid = :role::regrole"


def login_in_force(stack: Stack) -> Login:
    """The function's login, read from its secret each time: rotations change it."""
    client = stack.client("secretsmanager")
    secret = contract.load("pipeline.json")["secret"]
    return Login.of(SecretsManagerCredentials(client, secret).refresh())


def end_connections(stack: Stack) -> None:
    """As a failover would: whoever is warm has to log in again."""
    with _superuser(stack) as connection:
        _end_connections(connection)


@contextmanager
def locked_out(stack: Stack) -> Iterator[None]:
    """A database that refuses the function, however warm it is."""
    with _superuser(stack) as connection:
        known = [name for (name,) in connection.run(_MEMBERS, role=FUNCTION)]
        logins = [identifier(name) for name in known if name in function_logins()]
        for login in logins:
            connection.run(f"ALTER ROLE {login} NOLOGIN")
        _end_connections(connection)
        try:
            yield
        finally:
            for login in logins:
                connection.run(f"ALTER ROLE {login} LOGIN")


def _end_connections(connection: Connection) -> None:
    for login in function_logins():
        connection.run(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = :login",
            login=login,
        )


@contextmanager
def _superuser(stack: Stack) -> Iterator[Connection]:
    connection = stack.database.superuser.connect()
    try:
        yield connection
    finally:
        connection.close()
