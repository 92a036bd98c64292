"""S3 refuses two changes of a bucket's access at once, so that each waits for the one before."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from tests.terraform.conftest import DEPLOYMENT, Planning

ORDER = ("public_access_block", "policy", "ownership_controls")
BOOTSTRAP = (
    "-var=account_id=123456789012",
    "-var=aws_region=us-east-1",
    "-var=environment=parity",
    "-var=bucket_suffix=",
    '-var=plan_subjects=["repo:acme/rowledger:pull_request"]',
    '-var=apply_subjects=["repo:acme/rowledger:environment:parity"]',
)


@pytest.mark.parametrize(
    ("name", "values", "buckets"), [("terraform", DEPLOYMENT, 4), ("bootstrap", BOOTSTRAP, 1)]
)
def test_block_policy_and_ownership_come_one_after_the_other(
    planning: Planning, name: str, values: tuple[str, ...], buckets: int
) -> None:
    plan = planning(name).plan(*values)
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
