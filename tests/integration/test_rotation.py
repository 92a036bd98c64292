"""The stored credentials, on their fake and on the emulator; a whole rotation on a real server."""

import json
import secrets
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from pg8000.native import identifier

from rowledger.functions.adapters.aws.credentials import (
    SecretsManagerCredentials,
    SecretsManagerStore,
)
from rowledger.functions.adapters.postgres.administration import PostgresAdministration
from rowledger.functions.adapters.postgres.database import PLAIN, Database
from rowledger.functions.adapters.postgres.roles import FUNCTION
from rowledger.functions.domain.rotation import RotationRequest, Step
from rowledger.functions.ports.credentials import Credentials, CredentialStore, VersionState
from rowledger.functions.services.administration import Administer, DatabaseAccount
from rowledger.functions.services.rotation import Rotate
from rowledger.local.provisioning.database_logins import Login, Logins
from rowledger.local.stack import Stack
from tests.fakes.credentials import FakeCredentials, FakeCredentialStore

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

FIRST = Credentials("postgresql://h:5432/d", "blue", "first")
SECOND = Credentials("postgresql://h:5432/d", "green", "second")


@dataclass
class Secret:
    store: CredentialStore
    secret_id: str
    announce: Callable[[str], object]
    """Begin a rotation as the service does, with a proposed version that is empty."""


@pytest.fixture
def stored(stack: Stack) -> Iterator[Secret]:
    client: SecretsManagerClient = stack.client("secretsmanager")
    name = f"test/{uuid.uuid4()}"
    arn = client.create_secret(Name=name)["ARN"]
    yield Secret(
        SecretsManagerStore(client, name),
        arn,
        lambda token: client.put_secret_value(
            SecretId=name, ClientRequestToken=token, VersionStages=["AWSPENDING"]
        ),
    )
    client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


@pytest.fixture(params=["memory", "secrets manager"])
def secret(request: pytest.FixtureRequest) -> Secret:
    if request.param == "memory":
        store = FakeCredentialStore("name")
        return Secret(store, "name", store.announce)
    found: Secret = request.getfixturevalue("stored")
    return found


def test_a_secret_begins_without_credentials(secret: Secret) -> None:
    assert secret.store.in_force() is None
    assert secret.store.holds(secret.secret_id)
    assert not secret.store.holds("another")


def test_credentials_are_put_into_force_at_once(secret: Secret) -> None:
    for credentials in (FIRST, SECOND):
        secret.store.enforce(credentials)
        assert secret.store.in_force() == credentials


def test_a_version_goes_from_announced_to_in_force(secret: Secret) -> None:
    store, token = secret.store, str(uuid.uuid4())
    store.enforce(FIRST)
    assert store.version_state(token) is VersionState.UNKNOWN
    secret.announce(token)
    assert (store.version_state(token), store.proposed(token)) == (VersionState.PROPOSED, None)
    store.propose(token, SECOND)
    assert (store.version_state(token), store.proposed(token)) == (VersionState.PROPOSED, SECOND)
    assert store.in_force() == FIRST
    store.promote(token)
    assert (store.version_state(token), store.in_force()) == (VersionState.IN_FORCE, SECOND)


def test_the_credentials_before_stay_readable_as_the_previous(stack: Stack, stored: Secret) -> None:
    token = str(uuid.uuid4())
    stored.store.enforce(FIRST)
    stored.announce(token)
    stored.store.propose(token, SECOND)
    stored.store.promote(token)
    client: SecretsManagerClient = stack.client("secretsmanager")
    previous = client.get_secret_value(SecretId=stored.secret_id, VersionStage="AWSPREVIOUS")
    assert json.loads(previous["SecretString"])["password"] == FIRST.password


@pytest.fixture
def spare_logins(logins: Logins) -> Iterator[tuple[str, str]]:
    name = f"rowledger_function_{secrets.token_hex(4)}"
    pair = (f"{name}_blue", f"{name}_green")
    yield pair
    superuser = logins.superuser.connect()
    for login in pair:
        superuser.run(f"DROP ROLE IF EXISTS {identifier(login)}")
    superuser.close()


def backend(database: Database) -> tuple[int, str]:
    with database.session() as connection:
        ((pid, user),) = connection.run("SELECT pg_backend_pid(), current_user")
    return int(pid), str(user)


def test_who_is_warm_survives_two_rotations(
    stack: Stack,
    stored: Secret,
    owner_of_fresh_database: Login,
    logins: Logins,
    spare_logins: tuple[str, str],
) -> None:
    master = replace(logins.master, database=owner_of_fresh_database.database)
    administration = PostgresAdministration(FakeCredentials(master.credentials), PLAIN)
    account = DatabaseAccount(FUNCTION, stored.store, spare_logins)
    parts = (administration, (account,), master.connection_string)
    assert Administer(*parts).migrate().logins == (spare_logins[0],)
    client: SecretsManagerClient = stack.client("secretsmanager")
    source = SecretsManagerCredentials(client, stored.secret_id)
    warm = Database(source, PLAIN)
    pid, user = backend(warm)
    first = source.get()
    for _ in range(2):
        token = str(uuid.uuid4())
        stored.announce(token)
        for step in Step:
            Rotate(*parts).run(RotationRequest(step, stored.secret_id, token))
            assert backend(warm) == (pid, user)  # its connection goes on
    # What it read when it was cold is refused by now; once its connection is lost it reads anew.
    assert not administration.accepts(first)
    superuser = logins.superuser.connect()
    superuser.run("SELECT pg_terminate_backend(:pid, 5000)", pid=pid)
    superuser.close()
    assert backend(warm)[0] != pid
    assert source.get() == stored.store.in_force() != first
    warm.close()
