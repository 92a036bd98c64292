"""What is in service in a pipeline, and how it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class FunctionInService:
    """alias, version: what an invocation runs; the version is $LATEST in the local stack.

    weights: the shares of further versions, from 0 to 1. since: when this version was made.
    """

    name: str
    alias: str
    version: str
    weights: Mapping[str, float]
    since: datetime


@dataclass(frozen=True, slots=True)
class ServiceState:
    """alarms: their states by name. failed_events, held_events: in the failure queue.

    complete_through: each upload received before then has its outcome; None where no pass of
        reconciliation has finished. ledger_problem: why the ledger does not say; None where it did.
    """

    functions: tuple[FunctionInService, ...]
    alarms: Mapping[str, str]
    failed_events: int
    held_events: int
    complete_through: datetime | None
    ledger_problem: str | None

    @property
    def last_deployed(self) -> datetime:
        """When the youngest version in service was made."""
        return max(each.since for each in self.functions)
