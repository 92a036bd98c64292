"""Makes the emulator apply an alias's weights and event settings to events.

Of an alias with two versions it runs only one. And it takes the number of tries and the failure
destination from that version, where they cannot be set.
"""

import random
from collections.abc import Mapping
from typing import Any

import ministack.services.lambda_svc as emulated

# A function's record, its configuration and its name.
Found = tuple[dict[str, Any] | None, dict[str, Any] | None, str]


def apply_patch() -> None:
    """Apply them to what S3 and other services invoke from now on in this process."""
    original = emulated._get_func_record_for_ref  # noqa: SLF001 -- its only way

    def find(reference: str) -> Found:
        function, _, _ = emulated._get_base_func_record_for_ref(reference)  # noqa: SLF001
        _, qualifier = emulated._resolve_name_and_qualifier(reference)  # noqa: SLF001
        alias = (function or {}).get("aliases", {}).get(qualifier)
        if alias is None:
            plain: Found = original(reference)
            return plain
        version = choose(alias, random.random())  # noqa: S311 -- chance, not secrecy
        record, configuration, name = original(f"{reference.removesuffix(qualifier)}{version}")
        settings = function.get("event_invoke_configs", {}).get(qualifier)
        return record and {**record, "event_invoke_config": settings}, configuration, name

    emulated._get_func_record_for_ref = find  # noqa: SLF001


def choose(alias: Mapping[str, Any], chance: float) -> str:
    """The version that an invocation of the alias runs.

    alias: as Lambda's API gives it. chance: at least 0 and less than 1.
    """
    weights = alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
    for version, weight in weights.items():
        if chance < weight:
            return str(version)
        chance -= weight
    return str(alias["FunctionVersion"])
