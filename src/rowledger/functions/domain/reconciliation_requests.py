"""What csv-reconciler is asked by a person's command, and what it answers: a pass, as it stands.

A pass may take hours and one invocation minutes, so a command asks again and again, each time for
some more of the same pass.
"""

from dataclasses import dataclass
from typing import Any

from rowledger.functions.domain.envelope import VERSION, check_version
from rowledger.functions.domain.reconciliation_pass import Pass
from rowledger.functions.domain.typed_json import document_of, read
from rowledger.functions.domain.values import check_filled, check_moment, check_number


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconciliationRequest:
    """Somebody has a pass of reconciliation run.

    by, identity, reason: who and why, as a replay's request has it.
    grace_seconds, max_repairs: None for csv-reconciler's own settings.
    """

    by: str
    identity: str | None
    reason: str
    grace_seconds: int | None = None
    max_repairs: int | None = None

    def check(self, where: str) -> None:
        """Raise ValueError where it names nobody or gives no reason, or for such limits."""
        for name in ("by", "reason", "identity"):
            check_filled(f"{where}.{name}", getattr(self, name))
        check_number(f"{where}.grace_seconds", self.grace_seconds, 0)
        check_number(f"{where}.max_repairs", self.max_repairs, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPart:
    """Do some more of the open pass, or begin one.

    request_id: of the ReconciliationRequest on record, which also has the limits.
    max_repairs: at most so many in this part.
    """

    request_id: int
    max_repairs: int

    def check(self, where: str) -> None:
        """Raise ValueError for an id or a limit that cannot be; 0 repairs is a walk alone."""
        check_number(f"{where}.request_id", self.request_id, 1)
        check_number(f"{where}.max_repairs", self.max_repairs, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewPart:
    """Do some more of a pass that changes nothing.

    so_far: what the part before answered; None for the first.
    grace_seconds: None for the reconciler's own setting.
    """

    so_far: Pass | None = None
    grace_seconds: int | None = None

    def check(self, where: str) -> None:
        """Raise ValueError for times that cannot be."""
        check_number(f"{where}.grace_seconds", self.grace_seconds, 0)
        if self.so_far is not None:
            check_moment(f"{where}.so_far.began_at", self.so_far.began_at)
            check_moment(f"{where}.so_far.totals.oldest_open", self.so_far.totals.oldest_open)


ReconcilerRequest = RunPart | PreviewPart
_ACTIONS = {RunPart: "run_part", PreviewPart: "preview_part"}


def reconciler_event(request: ReconcilerRequest) -> dict[str, Any]:
    """Make the event that csv-reconciler is invoked with."""
    return {
        "action": _ACTIONS[type(request)],
        "version": VERSION,
        "with": document_of(request),
    }


def read_reconciler_request(event: dict[str, Any]) -> ReconcilerRequest:
    """Read such an event; raise ValueError where it does not fit."""
    if event.keys() != {"action", "version", "with"}:
        raise ValueError("a request is an object with action, version and with, and nothing else")
    check_version(event["version"])
    for kind, action in _ACTIONS.items():
        if event["action"] == action:
            return read(kind, event["with"], action)
    raise ValueError(f"the action must be one of {', '.join(_ACTIONS.values())}")
