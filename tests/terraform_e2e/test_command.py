"""A stack that Terraform provisioned is stopped, started and used as any other."""

from typing import TYPE_CHECKING

import pytest

from rowledger.functions import contract
from rowledger.local import health
from rowledger.local.stack import Stack, stop
from rowledger.wiring.environments import local_environment
from rowledger.wiring.local_stack import start_local_stack
from rowledger.wiring.operations import ledger_queries
from tests.e2e.pipeline import Pipeline

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


def test_it_goes_on_where_it_was(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = ledger_queries(local_environment(stack.layout))
    before = Pipeline(stack, ledger).take("before-down.csv", b"a\n1\n")
    assert stop(_quiet, stack.layout)
    # What is changed is in service afterwards, and not only published.
    monkeypatch.setenv("ROWLEDGER_LOG_LEVEL", "DEBUG")
    # Nobody says again that it is Terraform's.
    again = start_local_stack(_quiet, stack.layout)
    assert health.check(again.layout).healthy
    assert _log_levels_in_service(again) == {"DEBUG"}
    ledger = ledger_queries(local_environment(again.layout))
    pipeline = Pipeline(again, ledger)
    assert pipeline.rows("before-down.csv") == [before]
    assert pipeline.backup(before) == b"a\n1\n"
    assert pipeline.take("after-up.csv", b"a\n1\n").status == "SUCCESS"


def _log_levels_in_service(stack: Stack) -> set[str]:
    client: LambdaClient = stack.client("lambda")
    return {
        client.get_function_configuration(FunctionName=each["name"], Qualifier="live")[
            "Environment"
        ]["Variables"]["ROWLEDGER_LOG_LEVEL"]
        for each in contract.load("pipeline.json")["functions"].values()
    }


def _quiet(_step: str) -> None:
    pass
