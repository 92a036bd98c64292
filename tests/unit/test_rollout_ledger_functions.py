"""The aliases of csv-ledger-reader and csv-ledger-operator move with those of their package."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from rowledger.deployment.domain.rollout import Release, read_outputs
from rowledger.functions.domain.envelope import answer_document
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.ledger_requests import (
    OPERATOR_REQUESTS,
    READER_REQUESTS,
    ListPasses,
    Passes,
    Reopened,
    read_request,
)
from tests.unit.rollout_world import ADMINISTRATOR, PROCESSOR, RECONCILER, World, outputs

READER, OPERATOR = "csv-ledger-reader", "csv-ledger-operator"


class WorldWithLedgerFunctions(World):
    """packages: those that have the two functions."""

    def __init__(self, *packages: str) -> None:
        super().__init__()
        for package in packages:
            for function, answer in ((READER, Passes(())), (OPERATOR, Reopened(None))):
                number = self.functions.publish(function, package)
                self.functions.answers[f"{function}:{number}"] = partial(_answered, answer)

    @property
    def release(self) -> Release:
        document = outputs()
        for use, name in (("ledger_reader", READER), ("ledger_operator", OPERATOR)):
            version = self.functions.published[name][-1].number
            document["functions"]["value"][use] = {"name": name, "version": version}
        return read_outputs(document)


def test_they_move_after_the_administrator_and_before_csv_processor() -> None:
    world = WorldWithLedgerFunctions("a", "b")
    assert world.deploy().failure is None
    order = [ADMINISTRATOR, RECONCILER, READER, OPERATOR, PROCESSOR]
    assert world.moved == [(function, "version 2") for function in order]


def test_each_new_version_is_asked_once_before_anything_is_moved() -> None:
    world = WorldWithLedgerFunctions("a", "b")
    world.functions.faults["move"] = [FaultError(FaultCode.FUNCTION, "no alias is moved here")]
    assert world.deploy().failure is not None
    asked = {target: event for target, event in world.functions.invoked if "ledger" in target}
    assert list(asked) == [f"{READER}:2", f"{OPERATOR}:2"]
    assert isinstance(read_request(asked[f"{READER}:2"], READER_REQUESTS), ListPasses)
    # Nothing is opened again and nothing is recorded: it is of no upload.
    reopen = read_request(asked[f"{OPERATOR}:2"], OPERATOR_REQUESTS)
    assert (reopen.uploads, reopen.request.reopens) == ((), False)


@pytest.mark.parametrize("function", [READER, OPERATOR])
@pytest.mark.parametrize("answer", [None, {"version": 1, "answer": {"other": 1}}, "fails"])
def test_a_new_version_that_does_not_answer_is_not_put_into_service(
    function: str, answer: object
) -> None:
    def say(_event: Any) -> object:  # noqa: ANN401 -- JSON
        if answer == "fails":
            raise FaultError(FaultCode.FUNCTION, f"{function}:2 failed: no such role")
        return answer

    world = WorldWithLedgerFunctions("a", "b")
    world.functions.answers[f"{function}:2"] = say
    report = world.deploy()
    assert report.failure is not None
    assert f"{function}:2" in report.failure
    assert world.moved == []


def test_they_are_put_back_with_the_others() -> None:
    world = WorldWithLedgerFunctions("a", "b")
    world.accounts = [{}]
    report = world.deploy()
    assert report.failure is not None
    assert {each.function for each in report.put_back} >= {READER, OPERATOR, PROCESSOR}
    assert world.functions.aliases[READER, "live"].position.version == "1"


def test_they_are_rolled_back_to_the_same_package() -> None:
    world = WorldWithLedgerFunctions("a", "b")
    world.deploy()
    assert world.roll_back("1").failure is None
    assert world.functions.aliases[OPERATOR, "live"].position.version == "1"


def test_a_package_before_them_leaves_them_where_they_are() -> None:
    world = WorldWithLedgerFunctions("b")
    assert world.deploy().failure is None
    assert world.roll_back("1").failure is None
    assert world.functions.aliases[PROCESSOR, "live"].position.version == "1"
    assert world.functions.aliases[READER, "live"].position.version == "1"


def _answered(answer: object, _event: Any) -> dict[str, Any]:  # noqa: ANN401 -- JSON
    return answer_document(answer)


def test_outputs_of_an_earlier_configuration_are_read() -> None:
    read = read_outputs(outputs())
    assert read.others == ()
    release = WorldWithLedgerFunctions("a").release
    assert replace(release, ledger_reader=None, ledger_operator=None) == read
