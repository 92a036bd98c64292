"""Rotation over fakes: each step, each again, and what is refused."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.rotation import (
    RotationRequest,
    Step,
    next_login,
    read_rotation_request,
)
from rowledger.functions.ports.credentials import Credentials, VersionState
from rowledger.functions.services.administration import Administer, DatabaseAccount
from rowledger.functions.services.rotation import Rotate
from tests.fakes.administration import FakeAdministration
from tests.fakes.credentials import FakeCredentialStore

SECRET = "rowledger/database"
ADDRESS = "postgresql://db.example.com:5432/rowledger"
BLUE, GREEN = LOGINS = ("blue", "green")
READER_SECRET = "rowledger/database/reader"
READER_LOGINS = ("reader-blue", "reader-green")


def passwords() -> Iterator[str]:
    number = 0
    while True:
        number += 1
        yield f"password-{number}"


@dataclass
class Bench:
    database: FakeAdministration = field(default_factory=FakeAdministration)
    store: FakeCredentialStore = field(default_factory=lambda: FakeCredentialStore(SECRET))
    reader_store: FakeCredentialStore = field(
        default_factory=lambda: FakeCredentialStore(READER_SECRET)
    )

    def __post_init__(self) -> None:
        made = passwords()
        accounts = (
            DatabaseAccount("function", self.store, LOGINS),
            DatabaseAccount("reader", self.reader_store, READER_LOGINS),
        )
        self.administer = Administer(self.database, accounts, ADDRESS, lambda: next(made))
        self.rotate = Rotate(self.database, accounts, ADDRESS, lambda: next(made))

    def step(self, step: Step, token: str) -> None:
        self.rotate.run(RotationRequest(step, SECRET, token))

    def steps(self, token: str, *steps: Step) -> None:
        self.store.announce(token)
        for step in steps or Step:
            self.step(step, token)

    @property
    def in_force(self) -> Credentials:
        found = self.store.in_force()
        assert found is not None
        return found


@pytest.fixture
def bench() -> Bench:
    bench = Bench()
    bench.administer.migrate()
    return bench


def test_the_logins_take_turns(bench: Bench) -> None:
    seen = [bench.in_force.username]
    for token in ("t1", "t2", "t3"):
        bench.steps(token)
        seen.append(bench.in_force.username)
    assert seen == [BLUE, GREEN, BLUE, GREEN]


def test_the_earlier_credentials_work_until_the_next_rotation(bench: Bench) -> None:
    first = bench.in_force
    bench.steps("t1")
    assert bench.database.accepts(first)
    bench.steps("t2")
    assert not bench.database.accepts(first)


def test_what_is_in_force_works_after_every_step(bench: Bench) -> None:
    for token in ("t1", "t2"):
        bench.store.announce(token)
        for step in Step:
            bench.step(step, token)
            assert bench.database.accepts(bench.in_force)


def test_a_rotation_is_of_the_account_whose_secret_it_names(bench: Bench) -> None:
    before = bench.in_force
    bench.reader_store.announce("t1")
    for step in Step:
        bench.rotate.run(RotationRequest(step, READER_SECRET, "t1"))
    assert bench.in_force == before
    rotated = bench.reader_store.in_force()
    assert rotated is not None
    assert rotated.username == "reader-green"
    assert bench.database.accepts(rotated)


def test_every_step_may_come_twice(bench: Bench) -> None:
    bench.steps("t1", *[step for step in Step for _ in range(2)])
    assert (bench.in_force.username, bench.in_force.password) == (GREEN, "password-3")
    for step in Step:  # the whole rotation once more, after it was finished
        bench.step(step, "t1")
    assert bench.in_force.password == "password-3"


def test_a_rotation_that_was_given_up_leaves_the_next_one_free(bench: Bench) -> None:
    bench.steps("given-up", Step.CREATE, Step.SET)
    bench.steps("t2")
    assert bench.in_force == Credentials(ADDRESS, GREEN, "password-4")


def test_a_login_that_the_database_refuses_is_not_put_into_force(bench: Bench) -> None:
    before = bench.in_force
    bench.steps("t1", Step.CREATE)
    for step in (Step.TEST, Step.FINISH):
        with pytest.raises(FaultError) as raised:
            bench.step(step, "t1")
        assert raised.value.code is FaultCode.DATABASE_REFUSED
        assert "password" not in str(raised.value)
    assert bench.in_force == before


def test_the_login_in_force_is_never_given_another_password(bench: Bench) -> None:
    bench.steps("t1", Step.CREATE)
    bench.database.passwords.clear()
    bench.administer.migrate()  # which had to put the other login into force meanwhile
    with pytest.raises(FaultError, match="begin another"):
        bench.step(Step.SET, "t1")
    assert bench.database.accepts(bench.in_force)


@pytest.mark.parametrize("step", [Step.SET, Step.FINISH])
def test_a_step_without_the_first_is_refused(bench: Bench, step: Step) -> None:
    bench.store.announce("t1")
    with pytest.raises(FaultError, match="holds no credentials yet"):
        bench.step(step, "t1")


def test_a_schedule_is_tried_out_on_the_credentials_in_force(bench: Bench) -> None:
    bench.store.announce("trial")
    bench.step(Step.TEST, "trial")
    bench.database.passwords.clear()
    with pytest.raises(FaultError, match="refuses"):
        bench.step(Step.TEST, "trial")


def test_a_version_that_was_not_announced_is_refused(bench: Bench) -> None:
    with pytest.raises(FaultError, match="no rotation to version t9") as raised:
        bench.step(Step.CREATE, "t9")
    assert raised.value.code is FaultCode.MALFORMED_EVENT
    assert bench.store.version_state("t9") is VersionState.UNKNOWN


def test_another_secret_is_refused(bench: Bench) -> None:
    bench.store.announce("t1")
    with pytest.raises(FaultError, match="is no function's secret"):
        bench.rotate.run(RotationRequest(Step.CREATE, "somebody/elses", "t1"))
    assert bench.store.proposed("t1") is None


def test_a_first_rotation_before_any_migration_is_refused() -> None:
    bench = Bench()
    with pytest.raises(FaultError, match="never prepared"):
        bench.steps("t1")
    assert bench.store.in_force() is None


def test_a_migration_gives_credentials_once() -> None:
    bench = Bench()
    assert bench.administer.status().migrations
    assert bench.administer.migrate().logins == (BLUE, "reader-blue")
    assert bench.administer.migrate().logins == ()
    assert bench.administer.status().migrations == ()


def test_a_migration_replaces_credentials_that_work_no_more(bench: Bench) -> None:
    bench.database.passwords[BLUE] = "restored from an older snapshot"
    assert bench.administer.migrate().logins == (GREEN,)
    assert bench.database.accepts(bench.in_force)


def test_a_migration_replaces_credentials_of_another_server(bench: Bench) -> None:
    bench.store.enforce(Credentials("postgresql://old:5432/rowledger", BLUE, "password-1"))
    assert bench.administer.migrate().logins == (GREEN,)
    assert bench.in_force.connection_string == ADDRESS


def test_a_request_is_read() -> None:
    event = {"Step": "setSecret", "SecretId": "arn", "ClientRequestToken": "t", "RotationToken": ""}
    assert read_rotation_request(event) == RotationRequest(Step.SET, "arn", "t")


@pytest.mark.parametrize(
    "event",
    [
        None,
        {},
        {"Step": "setSecret", "SecretId": "arn"},
        {"Step": "dropSecret", "SecretId": "arn", "ClientRequestToken": "t"},
        {"Step": ["setSecret"], "SecretId": "arn", "ClientRequestToken": "t"},
    ],
)
def test_what_is_no_request_is_refused(event: object) -> None:
    with pytest.raises(FaultError) as raised:
        read_rotation_request(event)
    assert raised.value.code is FaultCode.MALFORMED_EVENT


def test_a_login_that_is_none_of_the_two_is_followed_by_the_first() -> None:
    assert next_login(LOGINS, "rowledger_function") == BLUE
