"""The administrator on a real server, through a master who is no superuser."""

import base64
import contextlib
import secrets
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from pg8000.exceptions import DatabaseError
from pg8000.native import Connection, identifier

from rowledger.functions import contract
from rowledger.functions.adapters.postgres import roles
from rowledger.functions.adapters.postgres.administration import PostgresAdministration
from rowledger.functions.adapters.postgres.database import PLAIN
from rowledger.functions.adapters.postgres.migrations import available
from rowledger.functions.adapters.postgres.roles import FUNCTION
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.ports.administration import Changes
from rowledger.functions.ports.credentials import Credentials
from rowledger.local.provisioning.database_logins import Login, Logins
from rowledger.local.stack import Stack
from tests.fakes.credentials import FakeCredentials
from tests.function_logins import login_in_force

EVERY_MIGRATION = tuple(migration.name for migration in available())
NAMES = contract.load("pipeline.json")["database"]


@contextlib.contextmanager
def connected(login: Login) -> Iterator[Connection]:
    connection = login.connect()
    try:
        yield connection
    finally:
        connection.close()


@pytest.fixture
def master(logins: Logins) -> Iterator[Login]:
    """The master, for a database that nobody has made yet."""
    master = replace(logins.master, database=f"test_{secrets.token_hex(6)}")
    yield master
    with connected(logins.superuser) as superuser:
        superuser.run(f"DROP DATABASE IF EXISTS {identifier(master.database)} WITH (FORCE)")


@pytest.fixture
def spare_login(logins: Logins) -> Iterator[str]:
    """A name for a login of the function's; nobody has made it yet."""
    name = f"rowledger_function_{secrets.token_hex(4)}"
    yield name
    with connected(logins.superuser) as superuser:
        superuser.run(f"DROP ROLE IF EXISTS {identifier(name)}")


def administering(master: Login) -> PostgresAdministration:
    return PostgresAdministration(FakeCredentials(master.credentials), PLAIN)


def owner_of(master: Login, superuser: Login) -> str | None:
    with connected(superuser) as connection:
        return roles.database_owner(connection, master.database)


def test_the_master_is_no_superuser(logins: Logins) -> None:
    with connected(logins.superuser) as superuser:
        rights = superuser.run(
            "SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls FROM pg_roles"
            " WHERE rolname = :name",
            name=logins.master.username,
        )
    assert rights == [[False, True, True, False]]


def test_the_master_made_every_role_of_the_stack(logins: Logins, stack: Stack) -> None:
    with connected(logins.superuser) as superuser:
        assert roles.missing_roles(superuser) == []
        # Who made a role administers it by the grant of the server itself.
        made = superuser.run(
            "SELECT roleid::regrole::text FROM pg_auth_members"
            " WHERE member = :master::regrole AND admin_option",
            master=logins.master.username,
        )
    assert {name for (name,) in made} >= {
        *(NAMES[role] for role in ("owner_role", "function_role", "reader_role", "operator_role")),
        login_in_force(stack).username,
    }


def test_a_database_is_made_once(master: Login, logins: Logins) -> None:
    administration = administering(master)
    assert administration.survey() == Changes((), EVERY_MIGRATION)
    assert owner_of(master, logins.superuser) is None
    assert administration.prepare() == Changes((), EVERY_MIGRATION)
    assert owner_of(master, logins.superuser) == NAMES["owner_role"]
    assert administration.survey() == administration.prepare() == Changes((), ())


def test_everything_in_it_is_the_owners(master: Login) -> None:
    administering(master).prepare()
    with connected(master) as connection:
        owners = connection.run(
            "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
        )
    assert owners == [[NAMES["owner_role"]]]


def test_a_database_that_came_with_the_server_is_taken_over(master: Login, logins: Logins) -> None:
    with connected(logins.master) as connection:
        connection.run(f"CREATE DATABASE {identifier(master.database)}")
    assert owner_of(master, logins.superuser) == logins.master.username
    assert administering(master).prepare().migrations == EVERY_MIGRATION
    assert owner_of(master, logins.superuser) == NAMES["owner_role"]


def test_concurrent_preparations_wait_for_each_other(master: Login) -> None:
    done: list[Changes] = []
    threads = [
        threading.Thread(target=lambda: done.append(administering(master).prepare()))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(len(changes.migrations) for changes in done) == [0, 0, len(EVERY_MIGRATION)]


def test_a_migration_changed_afterwards_stops_the_survey_too(master: Login) -> None:
    administering(master).prepare()
    with connected(master) as connection:
        connection.run("UPDATE schema_migration SET checksum = 'another'")
    with pytest.raises(FaultError, match="was changed after it was applied"):
        administering(master).survey()


def test_a_login_may_what_the_function_may_and_no_more(master: Login, spare_login: str) -> None:
    administration = administering(master)
    administration.prepare()
    function = replace(master, username=spare_login, password=secrets.token_urlsafe(32))
    assert not administration.accepts(function.credentials)
    administration.put_login(function.credentials, FUNCTION)
    assert administration.accepts(function.credentials)
    with connected(function) as connection:
        assert connection.run("SELECT count(*) FROM file_metadata") == [[0]]
        for refused in (
            "DELETE FROM file_metadata",
            "CREATE TABLE mine (x int)",
            f"SET ROLE {NAMES['owner_role']}",
            f"SET ROLE {NAMES['operator_role']}",
            f"GRANT {NAMES['operator_role']} TO CURRENT_USER",
        ):
            with pytest.raises(DatabaseError) as raised:
                connection.run(refused)
            assert raised.value.args[0]["C"] == "42501", refused


def test_a_new_password_ends_the_earlier_one(master: Login, spare_login: str) -> None:
    administration = administering(master)
    administration.prepare()
    earlier = Credentials(master.connection_string, spare_login, "earlier")
    later = replace(earlier, password="later")
    administration.put_login(earlier, FUNCTION)
    administration.put_login(later, FUNCTION)
    assert (administration.accepts(earlier), administration.accepts(later)) == (False, True)


def test_the_server_never_sees_the_password(
    master: Login, spare_login: str, logins: Logins, stack: Stack
) -> None:
    administering(master).prepare()
    password = secrets.token_urlsafe(32)
    with connected(logins.superuser) as superuser:
        superuser.run(f"ALTER ROLE {logins.master.username} SET log_statement = 'all'")
        try:
            administering(master).put_login(
                Credentials(master.connection_string, spare_login, password), FUNCTION
            )
        finally:
            superuser.run(f"ALTER ROLE {logins.master.username} RESET log_statement")
    log = stack.layout.log_file("postgres").read_text()
    assert f"ALTER ROLE {spare_login} LOGIN PASSWORD" in log.replace('"', "")
    assert password not in log


def test_a_master_whose_password_was_rotated_is_read_again(master: Login) -> None:
    stale = replace(master.credentials, password="rotated-away")
    source = FakeCredentials(stale, master.credentials)
    assert PostgresAdministration(source, PLAIN).survey().migrations == EVERY_MIGRATION
    assert source.refreshed == 1


def test_a_user_who_may_not_make_the_database_changes_nothing(
    master: Login, logins: Logins
) -> None:
    reader = replace(logins.reader, database=master.database)
    with pytest.raises(FaultError) as raised:
        administering(reader).prepare()
    assert raised.value.code is FaultCode.DATABASE
    assert reader.password not in str(raised.value)
    assert owner_of(master, logins.superuser) is None


def test_the_verifier_is_the_servers_own(logins: Logins) -> None:
    """What the server makes of a password, from the same salt."""
    name = f"test_{secrets.token_hex(4)}"
    with connected(logins.superuser) as superuser:
        superuser.run(f"CREATE ROLE {name} PASSWORD 'pencil'")
        try:
            ((verifier,),) = superuser.run(
                "SELECT rolpassword FROM pg_authid WHERE rolname = :name", name=name
            )
        finally:
            superuser.run(f"DROP ROLE {name}")
    salt = base64.b64decode(verifier.split("$")[1].split(":")[1])
    assert roles.scram_verifier("pencil", salt) == verifier
