"""Which version the emulator runs of an alias that stands at two."""

import random
from collections import Counter

import pytest

from rowledger.local.emulator_patches.alias_weights import choose

WEIGHTED = {
    "FunctionVersion": "1",
    "RoutingConfig": {"AdditionalVersionWeights": {"2": 0.1}},
}


@pytest.mark.parametrize("chance", [0.0, 0.5, 0.999])
def test_without_weights_it_is_the_aliass_own(chance: float) -> None:
    assert choose({"FunctionVersion": "1"}, chance) == "1"
    emptied = {"FunctionVersion": "1", "RoutingConfig": {"AdditionalVersionWeights": {}}}
    assert choose(emptied, chance) == "1"


@pytest.mark.parametrize(("chance", "version"), [(0.0, "2"), (0.099, "2"), (0.1, "1"), (0.9, "1")])
def test_with_a_weight_it_is_the_other_in_that_share(chance: float, version: str) -> None:
    assert choose(WEIGHTED, chance) == version


def test_all_or_nothing_of_the_invocations_can_be_the_others() -> None:
    rng = random.Random(5)  # noqa: S311 -- chance, not secrecy
    for weight, version in ((0.0, "1"), (1.0, "2")):
        alias = {
            "FunctionVersion": "1",
            "RoutingConfig": {"AdditionalVersionWeights": {"2": weight}},
        }
        assert Counter(choose(alias, rng.random()) for _ in range(100)) == {version: 100}
