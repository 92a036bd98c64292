"""The port to the deployed functions: their versions, and the alias that says which is in service.

It is for deployments alone, and not in the functions' package.
"""

from typing import Any, Protocol

from rowledger.deployment.domain.rollout import Alias, Position, Target, Version


class Functions(Protocol):
    """Every method raises FaultError (FUNCTION), which names the function and the reason."""

    def alias(self, function: str, name: str) -> Alias:
        """The alias as it stands."""

    def move(self, alias: Alias, to: Position) -> Alias:
        """Move an alias from where it was read; return it as it then stands.

        Raise FaultError (ALIAS_MOVED) where somebody has moved it since.
        """

    def versions(self, function: str) -> list[Version]:
        """Every published version."""

    def await_active(self, target: Target) -> None:
        """Wait until a version can be invoked; one that has been idle comes back when it is."""

    def invoke(self, target: Target, event: Any) -> Any:  # noqa: ANN401 -- any JSON
        """What a version answers to an event; its own failing is a fault too."""
