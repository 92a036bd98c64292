"""The functions' aliases while they are moved, and the way back from wherever that stopped."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from rowledger.deployment.domain.rollout import Alias, Move, Position, PutBack, Release, moves
from rowledger.deployment.ports.function_versions import Functions
from rowledger.functions.domain.errors import FaultError

_SOMEBODY_ELSE = "somebody else has moved it meanwhile, so it was left there"


@dataclass(slots=True)
class _Touched:
    """An alias that was moved, or tried to be. ours: where it may stand without anybody else."""

    origin: Position
    ours: list[Position]


@dataclass(slots=True)
class Shift:
    """One run over the aliases of this name."""

    functions: Functions
    name: str
    standing: dict[str, Alias] = field(default_factory=dict)
    _touched: dict[str, _Touched] = field(default_factory=dict)

    def read(self, release: Release) -> None:
        """Look where the aliases stand; raise FaultError."""
        for target in release.targets:
            self.standing[target.function] = self.functions.alias(target.function, self.name)

    def planned(self, release: Release, steps: Sequence[int] = ()) -> list[Move]:
        """What is to be moved, from where the aliases stood when they were read."""
        return moves(self.standing, release, steps)

    def move(self, move: Move) -> None:
        """Move one alias from where it was last seen; raise FaultError."""
        alias = self.standing[move.function]
        touched = self._touched.setdefault(
            move.function, _Touched(move.origin, [move.origin, alias.position])
        )
        touched.ours.append(move.to)
        try:
            self.standing[move.function] = self.functions.move(alias, move.to)
        except FaultError:
            # The answer alone may have been lost; the next try then meets the move itself.
            there = self._seen(move.function)
            if there is None or there.position != move.to:
                raise
            self.standing[move.function] = there

    def move_all(self, release: Release) -> None:
        """Move every alias at once; put them back and raise FaultError where one cannot be."""
        self.read(release)
        try:
            for move in self.planned(release):
                self.move(move)
        except FaultError as fault:
            said = [fault.message] + [
                f"{each.function}:{self.name} was not put back: {each.trouble}"
                for each in self.put_back()
                if each.trouble
            ]
            raise FaultError(fault.code, "; ".join(said)) from fault

    def keep(self) -> None:
        """There is no way back any more."""
        self._touched.clear()

    def put_back(self) -> list[PutBack]:
        """Move what was moved to where it stood, the last first. No fault ends this."""
        return [
            self._put_back(function, touched)
            for function, touched in reversed(self._touched.items())
        ]

    def _put_back(self, function: str, touched: _Touched) -> PutBack:
        origin = touched.origin
        try:
            alias = self.functions.alias(function, self.name)
        except FaultError as fault:
            return PutBack(function, origin, None, str(fault))
        if alias.position == origin:
            return PutBack(function, origin, origin)
        if alias.position not in touched.ours:
            return PutBack(function, origin, alias.position, _SOMEBODY_ELSE)
        try:
            self.functions.move(alias, origin)
        except FaultError as fault:
            there = self._seen(function)
            stands = there.position if there else None
            return PutBack(function, origin, stands, None if stands == origin else str(fault))
        return PutBack(function, origin, origin)

    def _seen(self, function: str) -> Alias | None:
        """Where the alias stands, if that can be said; asked after a fault, which is the news."""
        try:
            return self.functions.alias(function, self.name)
        except FaultError:
            return None
