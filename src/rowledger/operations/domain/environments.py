"""Named environments: what a laptop remembers of a pipeline in an AWS account. No secret."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from rowledger.errors import CommandError
from rowledger.functions.domain.typed_json import read

# The stack on this machine; it is not kept, as there is always one at most that was started last.
LOCAL = "local"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
# Such as eu-central-1 and us-gov-west-1.
_REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+-\d{1,2}")
# As Lambda has them (AWS Lambda API reference, CreateAlias); a number would be a version.
_ALIAS = re.compile(r"(?!\d+$)[A-Za-z0-9_-]{1,128}")
_ACCOUNT = re.compile(r"\d{12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptEnvironment:
    """One pipeline. buckets, functions, log_groups: names by use, as in contract/pipeline.json.

    alias: of the functions, never empty: a bare name runs the newest version, in service or not.
    profile: of the AWS configuration files; None for whatever boto3 finds.
    """

    region: str
    account_id: str
    alias: str
    buckets: dict[str, str]
    functions: dict[str, str]
    log_groups: dict[str, str]
    failure_queue: str
    alarms: tuple[str, ...]
    profile: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptEnvironments:
    """current: the one in use."""

    version: int = 1
    current: str = LOCAL
    environments: dict[str, KeptEnvironment]

    def get(self, name: str) -> KeptEnvironment:
        """Raise CommandError, which names those that look alike, where there is none."""
        found = self.environments.get(name)
        if found is None:
            raise CommandError(f"there is no environment {name!r}{_hint(name, self.environments)}")
        return found


def check_name(name: str) -> None:
    """Raise CommandError where an environment cannot be called so."""
    if name == LOCAL:
        raise CommandError(f"{LOCAL} is the stack on this machine: choose another name")
    if not _NAME.fullmatch(name):
        raise CommandError(
            f"{name!r} is no name of an environment: small letters, digits and hyphens, at most 40"
        )


def read_terraform_outputs(outputs: object, profile: str | None) -> KeptEnvironment:
    """Read what `terraform output -json` printed; raise ValueError where it is something else."""
    match outputs:
        case {"environment": {"value": dict(environment)}}:
            return checked(environment | {"profile": profile})
        case _:
            raise ValueError(
                "it has no output `environment`: it is no output of `terraform output -json`, or of"
                " a configuration from before there was one"
            )


def by_hand(
    contract: Mapping[str, Any],
    *,
    region: str,
    account_id: str,
    bucket_suffix: str,
    alias: str,
    profile: str | None,
) -> KeptEnvironment:
    """Make an environment whose names are the contract's own; raise ValueError."""
    functions = contract["functions"]
    return checked(
        {
            "region": region,
            "account_id": account_id,
            "alias": alias,
            "buckets": {use: f"{name}{bucket_suffix}" for use, name in contract["buckets"].items()},
            "functions": {use: each["name"] for use, each in functions.items()},
            "log_groups": {use: each["log_group"] for use, each in functions.items()},
            "failure_queue": contract["failure_queue"]["name"],
            "alarms": list(contract["alarms"]),
            "profile": profile,
        }
    )


def checked(document: object) -> KeptEnvironment:
    """Read an environment's JSON; raise ValueError where it does not fit."""
    found = read(KeptEnvironment, document, "the environment")
    if not _ACCOUNT.fullmatch(found.account_id):
        raise ValueError(f"the account id {found.account_id!r} has not twelve digits")
    if not found.alias:
        raise ValueError("the alias is empty: a bare name runs the newest version of a function")
    if not _ALIAS.fullmatch(found.alias):
        raise ValueError(f"{found.alias!r} is no alias: letters, digits, hyphens and underscores")
    if not _REGION.fullmatch(found.region):
        raise ValueError(f"{found.region!r} is no region such as eu-central-1")
    for name, known, needed in (
        ("buckets", found.buckets, ("input", "output", "backup")),
        ("functions", found.functions, _FUNCTIONS),
        ("log_groups", found.log_groups, _FUNCTIONS),
    ):
        missing = [use for use in needed if use not in known]
        if missing:
            raise ValueError(f"{name} lacks {', '.join(missing)}")
    return found


_FUNCTIONS = ("processor", "reconciler", "administrator", "ledger_reader", "ledger_operator")


def _hint(name: str, known: Iterable[str]) -> str:
    names = [LOCAL, *sorted(known)]
    near = get_close_matches(name, names, n=1)
    if near:
        return f"; did you mean {near[0]}?"
    return f"; there is {', '.join(names)}. Add one with: rowledger env add"
