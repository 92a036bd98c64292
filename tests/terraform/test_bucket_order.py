"""S3 refuses two changes of a bucket's access at once, so that each waits for the one before."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest

ORDER = ("public_access_block", "policy", "ownership_controls")


@pytest.mark.parametrize(("name", "buckets"), [("terraform", 4), ("bootstrap", 1)])
def test_block_policy_and_ownership_come_one_after_the_other(
    first_plan: Callable[[str], Any], name: str, buckets: int
) -> None:
    plan = first_plan(name)
    found = 0
    for resources in _modules(plan["configuration"]["root_module"]):
        by_type = {each["type"]: each for each in resources}
        if "aws_s3_bucket" not in by_type:
            continue
        found += 1
        for before, after in pairwise(ORDER):
            earlier = by_type[f"aws_s3_bucket_{before}"]
            assert earlier["address"] in by_type[f"aws_s3_bucket_{after}"]["depends_on"]
    assert found == buckets


def _modules(module: dict[str, Any]) -> Iterator[list[dict[str, Any]]]:
    yield module.get("resources", [])
    for call in module.get("module_calls", {}).values():
        yield from _modules(call["module"])
