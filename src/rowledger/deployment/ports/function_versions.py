"""The port to the functions' versions, and to the alias that says which is in service."""

from typing import Any, Protocol

from rowledger.deployment.domain.rollout import Alias, Position, Target, Version


class FunctionVersions(Protocol):
    """Every method raises FaultError (FUNCTION), which names the function and the reason."""

    def alias(self, function: str, name: str) -> Alias:
        """Read an alias."""

    def move(self, alias: Alias, to: Position) -> Alias:
        """Move an alias from where it was read, and return it as it is then.

        Raises:
            FaultError: ALIAS_MOVED where somebody has moved it since.
        """

    def versions(self, function: str) -> list[Version]:
        """Return every published version."""

    def await_active(self, target: Target) -> None:
        """Wait until a version can be invoked; one that has been idle comes back when it is."""

    def invoke(self, target: Target, event: Any) -> Any:  # noqa: ANN401 -- any JSON
        """Return what a version answers to an event; a failure of its own is a fault too."""
