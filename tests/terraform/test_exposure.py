"""All that opens something in the plan, one by one: what is added to it shows here first."""

from collections.abc import Iterator
from typing import Any

import pytest

from rowledger.local.emulator_clients import ACCOUNT_ID
from tests.terraform.conftest import PACKAGE, Planning

INGRESS, EGRESS = "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"
# Port and network; which group each is for stands in terraform/tests.
RULES = {
    f"module.network.{EGRESS}.functions_to_endpoints": (443, None),
    f"module.network.{INGRESS}.endpoints_from_functions": (443, None),
    f"module.network.{EGRESS}.functions_to_s3[0]": (443, None),
    f"module.network.{EGRESS}.functions_to_database": (5432, None),
    f"module.network.{INGRESS}.database_from_functions": (5432, None),
}
ROUTES = {
    "module.network.aws_route.public_internet": "0.0.0.0/0",
    "module.network.aws_route.lambda_to_database": "10.1.0.0/16",
    "module.network.aws_route.database_to_lambda": "10.0.0.0/16",
}


@pytest.fixture(scope="module")
def planned(plan: Any) -> list[Any]:  # noqa: ANN401 -- JSON
    return list(_resources(plan["planned_values"]["root_module"]))


def _resources(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from _resources(child)


def _of(planned: list[Any], type_: str) -> dict[str, dict[str, Any]]:
    """The values of each resource of a type, by its address."""
    return {each["address"]: each["values"] for each in planned if each["type"] == type_}


def test_each_rule_of_a_security_group_is_known(planned: list[Any]) -> None:
    rules = _of(planned, INGRESS) | _of(planned, EGRESS)
    assert {name: (rule["from_port"], rule["cidr_ipv4"]) for name, rule in rules.items()} == RULES
    assert {rule["ip_protocol"] for rule in rules.values()} == {"tcp"}
    assert all(rule["from_port"] == rule["to_port"] for rule in rules.values())
    assert not any(rule["cidr_ipv6"] for rule in rules.values())
    # An inline rule would not be among them.
    assert not any("ingress" in group for group in _of(planned, "aws_security_group").values())


def test_each_route_is_known(planned: list[Any]) -> None:
    routes = _of(planned, "aws_route")
    assert {name: each["destination_cidr_block"] for name, each in routes.items()} == ROUTES


def test_who_may_invoke_a_function_is_known(planned: list[Any]) -> None:
    assert {
        (each["principal"], each["function_name"], each["qualifier"], each["source_account"])
        for each in _of(planned, "aws_lambda_permission").values()
    } == {
        ("s3.amazonaws.com", "csv-processor", "live", ACCOUNT_ID),
        ("secretsmanager.amazonaws.com", "csv-administrator", "live", ACCOUNT_ID),
    }


def test_the_database_is_closed(planned: list[Any]) -> None:
    (instance,) = _of(planned, "aws_db_instance").values()
    assert not instance["publicly_accessible"]
    assert instance["storage_encrypted"]
    assert instance["deletion_protection"]
    (group,) = _of(planned, "aws_db_parameter_group").values()
    parameters = {each["name"]: each for each in group["parameter"]}
    assert parameters["rds.force_ssl"]["value"] == "1"
    assert parameters["rds.accepted_password_auth_method"]["value"] == "scram"
    # RDS changes it at a restart only, and refuses it otherwise.
    assert parameters["max_connections"]["apply_method"] == "pending-reboot"


def test_every_log_is_kept_for_a_while(planned: list[Any]) -> None:
    groups = _of(planned, "aws_cloudwatch_log_group")
    assert {each["name"] for each in groups.values() if not each["retention_in_days"]} == set()
    assert groups


def test_locked_backups_are_destroyed_by_nothing(planning: Planning) -> None:
    """The provider's force_destroy deletes locked versions too: the other buckets' alone is on."""
    plan = planning("terraform").plan(
        "-var-file=env/prod.tfvars", f"-var=package={PACKAGE}", "-var=force_destroy=true"
    )
    buckets = _of(list(_resources(plan["planned_values"]["root_module"])), "aws_s3_bucket")
    assert {name: each["force_destroy"] for name, each in buckets.items()} == {
        "module.input_bucket.aws_s3_bucket.this": True,
        "module.output_bucket.aws_s3_bucket.this": True,
        "module.log_bucket.aws_s3_bucket.this": True,
        "module.backup_bucket.aws_s3_bucket.this": False,
    }
