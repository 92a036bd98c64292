"""Moves of the functions' aliases, and the way back from wherever they stopped."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from rowledger.deployment.domain.rollout import (
    Alias,
    Move,
    Position,
    PutBack,
    Release,
    Target,
    plan_moves,
)
from rowledger.deployment.ports.function_versions import FunctionVersions
from rowledger.functions.domain.faults import FaultError

_MOVED_BY_OTHERS = "somebody else has moved it meanwhile, so it was left there"


@dataclass(slots=True)
class _MovedAlias:
    """An alias that was moved, or tried to be.

    Args:
        expected: Where it can point unless somebody else moved it.
    """

    origin: Position
    expected: list[Position]


@dataclass(slots=True)
class AliasMoves:
    """The moves of the functions' aliases of one name.

    Args:
        aliases: As they were last read, by function.
    """

    functions: FunctionVersions
    name: str
    aliases: dict[str, Alias] = field(default_factory=dict)
    _moved: dict[str, _MovedAlias] = field(default_factory=dict)

    def read(self, release: Release) -> None:
        """Read where the aliases point; raise FaultError."""
        for target in release.targets:
            self.aliases[target.function] = self.functions.alias(target.function, self.name)

    def plan(self, release: Release, steps: Sequence[int] = ()) -> list[Move]:
        """Return the moves to a release, from where the aliases pointed when they were read."""
        return plan_moves(self.aliases, release, steps)

    def move(self, move: Move) -> None:
        """Move one alias from where it was last read; raise FaultError."""
        alias = self.aliases[move.function]
        moved = self._moved.setdefault(
            move.function, _MovedAlias(move.origin, [move.origin, alias.position])
        )
        moved.expected.append(move.to)
        try:
            self.aliases[move.function] = self.functions.move(alias, move.to)
        except FaultError:
            # Perhaps only the answer was lost: then the client's retry met its own move.
            current = self._read_again(move.function)
            if current is None or current.position != move.to:
                raise
            self.aliases[move.function] = current

    def move_all(self, release: Release) -> None:
        """Move every alias at once; if one fails, put all back and raise FaultError."""
        self.read(release)
        try:
            for move in self.plan(release):
                self.move(move)
        except FaultError as fault:
            messages = [fault.message] + [
                f"{each.function}:{self.name} was not put back: {each.problem}"
                for each in self.put_back()
                if each.problem
            ]
            raise FaultError(fault.code, "; ".join(messages)) from fault

    def points_to(self, target: Target) -> bool:
        """Whether a function's alias gives every invocation to this version; raise FaultError."""
        alias = self.functions.alias(target.function, self.name)
        return alias.position == Position(target.version)

    def keep(self) -> None:
        """Keep the moves made so far: put_back() no longer undoes them."""
        self._moved.clear()

    def put_back(self) -> list[PutBack]:
        """Move every alias back to its origin, the last moved first; continue after a fault."""
        return [
            self._put_back(function, moved) for function, moved in reversed(self._moved.items())
        ]

    def _put_back(self, function: str, moved: _MovedAlias) -> PutBack:
        origin = moved.origin
        try:
            alias = self.functions.alias(function, self.name)
        except FaultError as fault:
            return PutBack(function, origin, None, str(fault))
        if alias.position == origin:
            return PutBack(function, origin, origin)
        if alias.position not in moved.expected:
            return PutBack(function, origin, alias.position, _MOVED_BY_OTHERS)
        try:
            self.functions.move(alias, origin)
        except FaultError as fault:
            current = self._read_again(function)
            position = current.position if current else None
            return PutBack(function, origin, position, None if position == origin else str(fault))
        return PutBack(function, origin, origin)

    def _read_again(self, function: str) -> Alias | None:
        """Read the alias after a fault; None where that fails too, as the first fault says more."""
        try:
            return self.functions.alias(function, self.name)
        except FaultError:
            return None
