"""Where the database is and who logs in: credentials read again when refused, bad addresses."""

import socket
import traceback
from dataclasses import replace

import pytest

from rowledger.functions.adapters.postgres.database import PLAIN, Database
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.ports.credentials import Credentials
from rowledger.local.provisioning.database_logins import Login
from tests.fakes.credentials import FakeCredentials
from tests.integration.database_links import backend


def test_rotated_credentials_are_read_again_once(fresh_database: Login) -> None:
    old = replace(fresh_database.credentials, password="rotated-away")
    source = FakeCredentials(old, fresh_database.credentials)
    database = Database(source, PLAIN)
    assert backend(database)
    assert source.refreshed == 1
    database.close()


def test_credentials_that_stay_wrong_are_a_fault_after_one_more_look(
    fresh_database: Login,
) -> None:
    source = FakeCredentials(replace(fresh_database.credentials, password="wrong"))
    with pytest.raises(FaultError) as raised:
        backend(Database(source, PLAIN))
    assert raised.value.code is FaultCode.DATABASE_REFUSED
    assert source.refreshed == 1
    assert "wrong" not in str(raised.value)


def test_a_database_that_is_away_is_a_fault() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    credentials = Credentials(f"postgresql://127.0.0.1:{port}/rowledger", "u", "p")
    with pytest.raises(FaultError) as raised:
        backend(Database(FakeCredentials(credentials), PLAIN))
    assert raised.value.code is FaultCode.DATABASE_UNAVAILABLE


@pytest.mark.parametrize(
    ("connection_string", "code"),
    [
        ("mysql://127.0.0.1/rowledger", FaultCode.CREDENTIALS),
        ("rowledger", FaultCode.CREDENTIALS),
        ("postgresql://10.1.0.5:5432/rowledger", FaultCode.CONFIGURATION),
        ("postgresql://127.0.0.1:hidden/rowledger", FaultCode.CREDENTIALS),
        ("postgresql://app:hidden/x@127.0.0.1:5432/rowledger", FaultCode.CREDENTIALS),
        ("postgresql://127.0.0.1:99999/rowledger", FaultCode.CREDENTIALS),
        ("postgresql://[::1/rowledger", FaultCode.CREDENTIALS),
    ],
)
def test_an_address_that_must_not_be_used_is_refused(
    connection_string: str, code: FaultCode
) -> None:
    credentials = Credentials(connection_string, "u", "p")
    with pytest.raises(FaultError) as raised:
        backend(Database(FakeCredentials(credentials), PLAIN))
    assert raised.value.code is code
    assert "hidden" not in "".join(traceback.format_exception(raised.value))
