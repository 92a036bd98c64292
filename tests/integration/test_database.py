"""The connection: kept while warm, rebuilt when it died, given up in time and closed."""

import gc
import socket
import threading
from dataclasses import replace

import psutil
import pytest
from pg8000.native import Connection

from rowledger.functions.adapters.postgres.database import PLAIN, Database
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.ports.credentials import Credentials
from rowledger.local.provisioning.database_logins import Login, Logins
from tests.fakes.credentials import FakeCredentials
from tests.integration.database_links import backend, resettable, through


def test_the_connection_is_kept(fresh_database: Login) -> None:
    database = Database(FakeCredentials(fresh_database.credentials), PLAIN)
    assert backend(database) == backend(database)
    database.close()


def test_a_connection_that_died_is_rebuilt(fresh_database: Login, logins: Logins) -> None:
    database = Database(FakeCredentials(fresh_database.credentials), PLAIN)
    first = backend(database)
    superuser = logins.superuser.connect()
    superuser.run("SELECT pg_terminate_backend(:pid, 5000)", pid=first)
    superuser.close()
    assert backend(database) != first
    database.close()


def test_a_connection_that_dies_in_use_is_a_fault_and_the_next_works(
    fresh_database: Login, logins: Logins
) -> None:
    database = Database(FakeCredentials(fresh_database.credentials), PLAIN)
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
        database = Database(FakeCredentials(through(fresh_database, port)), PLAIN)
        first = backend(database)
        reset()
        assert backend(database) != first
        database.close()


def test_a_transaction_begins_on_a_living_connection(fresh_database: Login) -> None:
    with resettable(fresh_database) as (port, reset):
        database = Database(FakeCredentials(through(fresh_database, port)), PLAIN)
        backend(database)
        reset()
        with database.transaction() as connection:
            assert connection.run("SELECT 1") == [[1]]
        database.close()


def test_what_may_run_twice_is_run_again_where_its_answer_was_lost(fresh_database: Login) -> None:
    with resettable(fresh_database) as (port, reset):
        database = Database(FakeCredentials(through(fresh_database, port)), PLAIN)
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
    database = Database(FakeCredentials(fresh_database.credentials), PLAIN, timeout_seconds=2)
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
    database = Database(FakeCredentials(fresh_database.credentials), PLAIN, timeout_seconds=2)
    owner = replace(logins.owner, database=fresh_database.database).connect()
    owner.run("SET lock_timeout = '5s'")

    def hold_a_lock() -> None:
        with database.transaction() as connection:
            connection.run("SELECT FROM notification")  # locks the table until the transaction ends
            owner.run("BEGIN")
            owner.run("LOCK TABLE notification")  # waits until the other lock is gone
            owner.run("COMMIT")

    with pytest.raises(FaultError) as raised:
        hold_a_lock()
    assert raised.value.code is FaultCode.DATABASE_UNAVAILABLE
    assert backend(database)
    database.close()
    owner.close()


def test_a_connection_that_was_lost_leaves_no_socket_open(
    fresh_database: Login, logins: Logins
) -> None:
    database = Database(FakeCredentials(fresh_database.credentials), PLAIN)
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
            backend(Database(FakeCredentials(credentials), PLAIN))
        thread.join(timeout=10)
        assert open_files() <= before, raised.value


def open_files() -> int:
    """How many this process has open; a fault that is still held must hold none of them."""
    gc.collect()
    return psutil.Process().num_fds()
