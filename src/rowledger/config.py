"""The function's settings: one typed object, read from the environment once, at start."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rowledger import contract
from rowledger.errors import FaultCode, FaultError

PREFIX = "ROWLEDGER_"


@dataclass(frozen=True, slots=True)
class Config:
    """One field a setting of contract/settings.json, in lower case and without the prefix."""

    input_bucket: str
    output_bucket: str
    backup_bucket: str
    topic_arn: str
    database_secret_id: str
    database_tls: str
    database_ca_file: str
    header: bool
    max_decompressed_bytes: int
    max_decompressed_ratio: int
    lease_seconds: int
    reconcile_grace_seconds: int
    reconcile_max_heals: int
    log_level: str
    suffixes: tuple[str, ...] = field(
        default_factory=lambda: tuple(contract.load("pipeline.json")["event_filter"]["suffixes"])
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Config":
        """Read every setting, or raise one CONFIGURATION fault that lists all that is wrong."""
        values: dict[str, Any] = {}
        problems = []
        for setting in contract.load("settings.json")["settings"]:
            name = setting["name"]
            text = environment.get(name) or setting.get("default")
            if text is None:
                problems.append(f"{name} is missing")
                continue
            try:
                values[name.removeprefix(PREFIX).lower()] = _parse(setting, text)
            except ValueError as error:
                problems.append(f"{name} {error}")
        if problems:
            raise FaultError(FaultCode.CONFIGURATION, "; ".join(problems))
        return cls(**values)


def _parse(setting: Mapping[str, Any], text: str) -> str | int | bool:
    match setting["type"]:
        case "integer":
            if not text.isdecimal() or int(text) == 0:
                raise ValueError(f"must be a whole number above 0, not {text!r}")
            return int(text)
        case "boolean":
            if text not in ("true", "false"):
                raise ValueError(f"must be true or false, not {text!r}")
            return text == "true"
        case "choice":
            if text not in setting["choices"]:
                raise ValueError(f"must be one of {', '.join(setting['choices'])}, not {text!r}")
            return text
        case _:
            return text
