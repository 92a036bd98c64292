"""IAM policies, evaluated as IAM does: by the evaluator that the local stack holds requests to."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ministack.core.iam_evaluator import EvalContext, evaluate, parse_policy_document

from rowledger.local.emulator_clients import ACCOUNT_ID, REGION

BOUNDARY = f"arn:aws:iam::{ACCOUNT_ID}:policy/rowledger-boundary"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT_ID}:key/1234"
ROLES = f"arn:aws:iam::{ACCOUNT_ID}:role"


class Policies(NamedTuple):
    """The rendered documents of one principal."""

    documents: list[Any]

    def allow(self, action: str, resource: str, **context: str) -> bool:
        """context: condition keys, with a double underscore for the colon."""
        asked = EvalContext(
            principal_arn=f"{ROLES}/tested",
            principal_type="AssumedRole",
            principal_account=ACCOUNT_ID,
            action=action,
            resource_arn=resource,
            region=REGION,
            service_context={key.replace("__", ":").lower(): each for key, each in context.items()},
        )
        parsed = [parse_policy_document(document) for document in self.documents]
        return bool(evaluate(asked, parsed).decision == "Allow")

    @property
    def actions(self) -> set[str]:
        return {
            action
            for document in self.documents
            for statement in json.loads(document)["Statement"]
            for action in listed(statement["Action"])
        }


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def requests(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, str]]]:
    """What each grant of a document would be used for: action, resource, condition keys."""
    for statement in document["Statement"]:
        if statement["Effect"] != "Allow":
            continue
        services = listed(
            statement.get("Condition", {}).get("StringEquals", {}).get("kms:ViaService", "")
        )
        for action in listed(statement["Action"]):
            for resource in listed(statement["Resource"]):
                for service in services:
                    sample = resource.replace("??????", "AbCdEf")
                    # All of AWS stays what it is; anything else stands for one of its kind.
                    sample = sample if sample == "*" else sample.replace("*", "x")
                    yield action, sample, {"kms__ViaService": service} if service else {}
