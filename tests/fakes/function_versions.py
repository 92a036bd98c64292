"""Functions in memory: the fake of the FunctionVersions port."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from rowledger.deployment.domain.rollout import Alias, Position, Target, Version
from rowledger.functions.domain.faults import FaultCode, FaultError

Answer = Callable[[Any], Any]

_BEGAN = datetime(2026, 11, 22, 9, 15, tzinfo=UTC)


class FakeFunctionVersions:
    """answers: of a version, by "function:version"; others answer null.

    Faults put in `faults` under a method's name are raised first, one a call; None lets one pass.
    """

    def __init__(self) -> None:
        self.published: dict[str, list[Version]] = defaultdict(list)
        self.aliases: dict[tuple[str, str], Alias] = {}
        self.answers: dict[str, Answer] = {}
        self.faults: dict[str, list[BaseException | None]] = defaultdict(list)
        self.moves: list[tuple[str, Position]] = []
        self.invoked: list[tuple[str, Any]] = []

    def publish(self, function: str, code_sha256: str) -> str:
        """Make a version; the first of a function gets the alias."""
        versions = self.published[function]
        number = str(len(versions) + 1)
        published_at = _BEGAN + timedelta(minutes=len(versions))
        versions.append(Version(number, code_sha256, published_at))
        first = Alias(function, "live", Position(number), "r0")
        self.aliases.setdefault((function, "live"), first)
        return number

    def alias(self, function: str, name: str) -> Alias:
        self._raise_fault("alias")
        try:
            return self.aliases[function, name]
        except KeyError:
            raise FaultError(FaultCode.FUNCTION, f"{function} has no alias {name}") from None

    def move(self, alias: Alias, to: Position) -> Alias:
        self._raise_fault("move")
        known = self.alias(alias.function, alias.name)
        if known.revision != alias.revision:
            raise FaultError(
                FaultCode.ALIAS_MOVED, f"somebody else has moved {alias.function}:{alias.name}"
            )
        moved = replace(known, position=to, revision=f"r{len(self.moves) + 1}")
        self.aliases[alias.function, alias.name] = moved
        self.moves.append((alias.function, to))
        return moved

    def versions(self, function: str) -> list[Version]:
        self._raise_fault("versions")
        return list(self.published[function])

    def await_active(self, target: Target) -> None:
        self._raise_fault("await_active")
        if target.version not in [each.number for each in self.published[target.function]]:
            raise FaultError(FaultCode.FUNCTION, f"{target} does not exist")

    def invoke(self, target: Target, event: Any) -> Any:  # noqa: ANN401 -- any JSON
        self._raise_fault("invoke")
        self.invoked.append((str(target), event))
        answer = self.answers.get(str(target))
        return answer(event) if answer else None

    def _raise_fault(self, method: str) -> None:
        fault = self.faults[method].pop(0) if self.faults[method] else None
        if fault is not None:
            raise fault
