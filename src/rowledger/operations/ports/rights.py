"""The port to what the person at work may do."""

from typing import Protocol


class Rights(Protocol):
    """It raises FaultError (FUNCTION)."""

    def may_act(self) -> bool:
        """Whether AWS would let the person do what operators do: replay and reconcile."""
        ...
