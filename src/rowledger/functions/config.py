"""The functions' settings: one typed object each, read from the environment once, at start."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self

from rowledger.functions import contract
from rowledger.functions.domain.faults import FaultCode, FaultError

PREFIX = "ROWLEDGER_"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseConfig:
    """What every function needs to reach the database.

    One field a setting of contract/settings.json, in lower case and without the prefix, here and
    in each class below. A function reads, and demands, the fields of its own class alone.
    """

    database_secret_id: str
    database_tls: str
    database_ca_file: str
    log_level: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read every setting, or raise one CONFIGURATION fault that lists all that is wrong."""
        wanted = {each.name for each in fields(cls)}
        values: dict[str, Any] = {}
        problems = []
        for setting in contract.load("settings.json")["settings"]:
            name = setting["name"]
            key = name.removeprefix(PREFIX).lower()
            if key not in wanted:
                continue
            text = environment.get(name) or setting.get("default")
            if text is None:
                problems.append(f"{name} is missing")
                continue
            try:
                values[key] = _parse(setting, text)
            except ValueError as error:
                problems.append(f"{name} {error}")
        if problems:
            raise FaultError(FaultCode.CONFIGURATION, "; ".join(problems))
        return cls(**values)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessorConfig(DatabaseConfig):
    """csv-processor's settings."""

    input_bucket: str
    output_bucket: str
    backup_bucket: str
    topic_arn: str
    events_topic_arn: str
    mails_a_minute: int
    mail_digest: bool
    mailed_statuses: str
    header: bool
    header_names: str
    rejected_warnings: tuple[str, ...]
    max_decompressed_bytes: int
    max_decompressed_ratio: int
    lease_seconds: int
    unreadable_attempts: int
    unreadable_seconds: int
    suffixes: tuple[str, ...] = field(
        default_factory=lambda: tuple(contract.load("pipeline.json")["event_filter"]["suffixes"])
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcilerConfig(ProcessorConfig):
    """csv-reconciler's settings: it also does what csv-processor does."""

    reconcile_grace_seconds: int
    reconcile_old_backup_days: int
    reconcile_max_heals: int
    window_settle_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerAccessConfig(DatabaseConfig):
    """The settings of csv-ledger-reader and csv-ledger-operator; each has a secret of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdministratorConfig(DatabaseConfig):
    """csv-administrator's settings: it alone knows where every secret is."""

    reader_secret_id: str
    operator_secret_id: str
    master_secret_id: str
    database_address: str


def running_version(environment: Mapping[str, str]) -> str | None:
    """Say which version of which function this is, such as csv-processor:7; None outside Lambda."""
    name = environment.get("AWS_LAMBDA_FUNCTION_NAME")
    version = environment.get("AWS_LAMBDA_FUNCTION_VERSION")
    return f"{name}:{version}" if name and version else None


def _parse(setting: Mapping[str, Any], text: str) -> str | int | bool | tuple[str, ...]:
    match setting["type"]:
        case "integer":
            if not text.isdecimal() or int(text) == 0:
                raise ValueError(f"must be a whole number above 0, not {text!r}")
            if int(text) > setting.get("maximum", math.inf):
                raise ValueError(f"must be at most {setting['maximum']}, not {text}")
            return int(text)
        case "boolean":
            if text not in ("true", "false"):
                raise ValueError(f"must be true or false, not {text!r}")
            return text == "true"
        case "list":
            values = tuple(each.strip() for each in text.split(",") if each.strip())
            unknown = sorted(set(values) - set(setting["choices"]))
            if unknown:
                raise ValueError(f"has {', '.join(unknown)}, which is none of its values")
            return values
        case "choice":
            if text not in setting["choices"]:
                raise ValueError(f"must be one of {', '.join(setting['choices'])}, not {text!r}")
            return text
        case _:
            return text
