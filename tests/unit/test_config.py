from dataclasses import fields
from typing import Any

import pytest

from rowledger.functions import contract
from rowledger.functions.config import (
    PREFIX,
    AdministratorConfig,
    DatabaseConfig,
    LedgerAccessConfig,
    ProcessorConfig,
    ReconcilerConfig,
    running_version,
)
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.mail import BURST, MailedStatuses
from rowledger.local.mail.subscription_limit import MESSAGES_A_SECOND

REQUIRED = {
    "ROWLEDGER_INPUT_BUCKET": "in",
    "ROWLEDGER_OUTPUT_BUCKET": "out",
    "ROWLEDGER_BACKUP_BUCKET": "back",
    "ROWLEDGER_TOPIC_ARN": "arn:aws:sns:us-east-1:123456789012:topic",
    "ROWLEDGER_EVENTS_TOPIC_ARN": "arn:aws:sns:us-east-1:123456789012:events",
    "ROWLEDGER_DATABASE_SECRET_ID": "rowledger/database",
}


def test_defaults_stand_in_for_what_is_not_given() -> None:
    config = ProcessorConfig.from_environment(REQUIRED)
    assert config.input_bucket == "in"
    assert config.database_tls == "verify-full"
    assert config.header is True
    assert config.suffixes == (".csv", ".csv.gz")


SETTINGS: list[dict[str, Any]] = contract.load("settings.json")["settings"]
READERS: dict[str, type[DatabaseConfig]] = {
    "processor": ProcessorConfig,
    "reconciler": ReconcilerConfig,
    "administrator": AdministratorConfig,
    "ledger_reader": LedgerAccessConfig,
    "ledger_operator": LedgerAccessConfig,
}


@pytest.mark.parametrize("function", READERS)
def test_each_function_reads_the_settings_that_the_contract_gives_it(function: str) -> None:
    named = {
        setting["name"].removeprefix(PREFIX).lower()
        for setting in SETTINGS
        if function in setting["used_by"]
    }
    assert named == {field.name for field in fields(READERS[function])} - {"suffixes"}


def test_every_setting_has_a_reader_that_exists() -> None:
    for setting in SETTINGS:
        assert setting["used_by"], setting["name"]
        assert set(setting["used_by"]) <= READERS.keys(), setting["name"]


def test_the_masters_secret_is_known_to_the_administrator_alone() -> None:
    (master,) = [each for each in SETTINGS if each["name"] == "ROWLEDGER_MASTER_SECRET_ID"]
    assert master["used_by"] == ["administrator"]


def test_the_administrator_demands_no_bucket() -> None:
    config = AdministratorConfig.from_environment(
        {
            "ROWLEDGER_DATABASE_SECRET_ID": "rowledger/database",
            "ROWLEDGER_READER_SECRET_ID": "rowledger/database/reader",
            "ROWLEDGER_OPERATOR_SECRET_ID": "rowledger/database/operator",
            "ROWLEDGER_MASTER_SECRET_ID": "rds!db-1",
            "ROWLEDGER_DATABASE_ADDRESS": "db.example.com:5432/rowledger",
        }
    )
    assert config.database_tls == "verify-full"


def test_all_missing_names_are_listed_at_once() -> None:
    with pytest.raises(FaultError) as raised:
        ProcessorConfig.from_environment(
            {"ROWLEDGER_INPUT_BUCKET": "in", "ROWLEDGER_TOPIC_ARN": ""}
        )
    assert raised.value.code is FaultCode.CONFIGURATION
    for name in REQUIRED.keys() - {"ROWLEDGER_INPUT_BUCKET"}:
        assert f"{name} is missing" in raised.value.message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ROWLEDGER_HEADER", "yes"),
        ("ROWLEDGER_LEASE_SECONDS", "soon"),
        ("ROWLEDGER_LEASE_SECONDS", "0"),
        ("ROWLEDGER_LEASE_SECONDS", "-5"),
        ("ROWLEDGER_DATABASE_TLS", "prefer"),
        ("ROWLEDGER_LOG_LEVEL", "LOUD"),
        ("ROWLEDGER_MAILS_A_MINUTE", "0"),
        ("ROWLEDGER_MAIL_DIGEST", "1"),
        ("ROWLEDGER_MAILED_STATUSES", "FAILED"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    with pytest.raises(FaultError, match=f"{name} must be"):
        ProcessorConfig.from_environment({**REQUIRED, name: value})


@pytest.mark.parametrize("config", [ProcessorConfig, ReconcilerConfig])
def test_more_mails_than_sns_takes_are_refused(config: type[ProcessorConfig]) -> None:
    (setting,) = [each for each in SETTINGS if each["name"] == "ROWLEDGER_MAILS_A_MINUTE"]
    most = setting["maximum"]
    given = {**REQUIRED, setting["name"]: f"{most}"}
    assert config.from_environment(given).mails_a_minute == most
    # SNS ends a subscription that gets more than 10 a second; alarms need some of them.
    assert BURST + most / 60 < MESSAGES_A_SECOND
    with pytest.raises(FaultError, match=f"must be at most {most}, not {most + 1}") as raised:
        config.from_environment({**REQUIRED, setting["name"]: f"{most + 1}"})
    assert raised.value.code is FaultCode.CONFIGURATION


def test_every_outcome_is_mailed_unless_it_is_said_otherwise() -> None:
    config = ProcessorConfig.from_environment(REQUIRED)
    assert (config.mails_a_minute, config.mail_digest, config.mailed_statuses) == (30, True, "all")


def test_the_choices_are_those_that_the_code_knows() -> None:
    (setting,) = [each for each in SETTINGS if each["name"] == "ROWLEDGER_MAILED_STATUSES"]
    assert setting["choices"] == [each.value for each in MailedStatuses]


def test_the_lease_outlasts_the_function() -> None:
    timeout = contract.load("pipeline.json")["functions"]["processor"]["timeout_seconds"]
    assert ProcessorConfig.from_environment(REQUIRED).lease_seconds > timeout


def test_the_grace_outlasts_every_retry() -> None:
    processor = contract.load("pipeline.json")["functions"]["processor"]
    tries = processor["retries"]["maximum_retry_attempts"] + 1
    # Lambda waits one minute before the first retry and two before the second.
    retried_for = tries * processor["timeout_seconds"] + 60 + 120
    assert ReconcilerConfig.from_environment(REQUIRED).reconcile_grace_seconds > retried_for


def test_a_function_knows_which_version_it_is() -> None:
    running = {"AWS_LAMBDA_FUNCTION_NAME": "csv-processor", "AWS_LAMBDA_FUNCTION_VERSION": "7"}
    assert running_version(running) == "csv-processor:7"


@pytest.mark.parametrize("environment", [{}, {"AWS_LAMBDA_FUNCTION_NAME": "csv-processor"}])
def test_outside_lambda_there_is_no_version(environment: dict[str, str]) -> None:
    assert running_version(environment) is None
