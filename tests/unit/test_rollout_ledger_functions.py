"""The aliases of csv-ledger-reader and csv-ledger-operator move with those of their package."""

from dataclasses import replace

from rowledger.deployment.domain.rollout import Release, read_outputs
from tests.unit.rollout_world import ADMINISTRATOR, PROCESSOR, RECONCILER, World, outputs

READER, OPERATOR = "csv-ledger-reader", "csv-ledger-operator"


class WorldWithLedgerFunctions(World):
    """packages: those that have the two functions."""

    def __init__(self, *packages: str) -> None:
        super().__init__()
        for package in packages:
            for function in (READER, OPERATOR):
                self.functions.publish(function, package)

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


def test_outputs_of_an_earlier_configuration_are_read() -> None:
    assert read_outputs(outputs()).others == ()
    release = WorldWithLedgerFunctions("a").release
    assert replace(release, others=()) == read_outputs(outputs())
