"""The administrator over fakes: what it answers, logs and refuses, and never shows."""

import json
import logging
import sys
from typing import Any

import pytest

from rowledger.functions.config import AdministratorConfig
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.handlers.administrator import SERVICE, build_handler
from rowledger.functions.wiring.administrator import administrator_over
from tests.fakes.administration import FakeAdministration
from tests.fakes.credentials import FakeCredentialStore
from tests.unit.test_processor_handler import Context

SECRET = "rowledger/database"
SETTINGS = {
    "ROWLEDGER_DATABASE_SECRET_ID": SECRET,
    "ROWLEDGER_READER_SECRET_ID": "rowledger/database/reader",
    "ROWLEDGER_OPERATOR_SECRET_ID": "rowledger/database/operator",
    "ROWLEDGER_MASTER_SECRET_ID": "rds!db-1",
    "ROWLEDGER_DATABASE_ADDRESS": "db.example.com:5432/rowledger",
}


class Administrator:
    def __init__(self) -> None:
        self.database = FakeAdministration()
        self.store = FakeCredentialStore(SECRET)
        config = AdministratorConfig.from_environment(SETTINGS)
        others = (config.reader_secret_id, config.operator_secret_id)
        stores = [self.store, *(FakeCredentialStore(secret) for secret in others)]
        app = administrator_over(config, administration=self.database, stores=stores)
        self.handler: Any = build_handler(app.administer, app.rotate, config)

    def invoke(self, event: object) -> Any:  # noqa: ANN401 -- JSON
        # The logger lives as long as the process, and so would the stream of the first test.
        for log_handler in logging.getLogger(SERVICE).handlers:
            assert isinstance(log_handler, logging.StreamHandler)
            log_handler.stream = sys.stdout
        return self.handler(event, Context())

    def rotate(self, token: str, *steps: str) -> None:
        self.store.announce(token)
        for step in steps:
            self.invoke({"Step": step, "SecretId": SECRET, "ClientRequestToken": token})

    @property
    def password(self) -> str:
        found = self.store.in_force()
        assert found is not None
        return found.password


@pytest.fixture
def administrator() -> Administrator:
    return Administrator()


def test_a_migration_says_what_it_did(
    administrator: Administrator, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = administrator.invoke({"action": "migrate"})
    assert answer == {
        "roles": ["owner", "function"],
        "migrations": ["0001_ledger"],
        "logins": [f"rowledger_{who}_blue" for who in ("function", "reader", "operator")],
    }
    (line,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (line["message"], line["service"]) == ("migrated", SERVICE)
    assert line["migrations"] == ["0001_ledger"]
    again = administrator.invoke({"action": "migrate"})
    assert again == {"roles": [], "migrations": [], "logins": []}


def test_the_status_says_what_is_pending_and_changes_nothing(administrator: Administrator) -> None:
    for _ in range(2):
        assert administrator.invoke({"action": "status"})["migrations"] == ["0001_ledger"]


def test_a_rotation_is_logged_step_by_step(
    administrator: Administrator, capsys: pytest.CaptureFixture[str]
) -> None:
    administrator.invoke({"action": "migrate"})
    capsys.readouterr()
    administrator.rotate("t1", "createSecret", "setSecret", "testSecret", "finishSecret")
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["step"] for line in said] == [
        "createSecret",
        "setSecret",
        "testSecret",
        "finishSecret",
    ]


def test_no_password_is_answered_or_logged(
    administrator: Administrator, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = [administrator.invoke({"action": action}) for action in ("migrate", "status")]
    shown = [administrator.password]
    administrator.rotate("t1", "createSecret", "setSecret", "finishSecret")
    shown.append(administrator.password)
    with pytest.raises(FaultError) as raised:
        administrator.rotate("t2", "createSecret", "finishSecret")
    proposed = administrator.store.proposed("t2")
    assert proposed is not None
    said = capsys.readouterr().out + json.dumps(answers) + repr(raised.value) + repr(proposed)
    for password in (*shown, proposed.password):
        assert password
        assert password not in said


@pytest.mark.parametrize("event", [None, {}, {"action": "drop"}, {"Records": []}])
def test_what_it_does_not_know_is_refused_and_logged(
    administrator: Administrator, event: object, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(FaultError) as raised:
        administrator.invoke(event)
    assert raised.value.code is FaultCode.MALFORMED_EVENT
    (line,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (line["level"], line["fault"]) == ("ERROR", "MALFORMED_EVENT")
    assert not administrator.database.prepared
