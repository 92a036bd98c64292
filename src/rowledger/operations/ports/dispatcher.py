"""The port to the function: hands it events."""

from typing import Any, Protocol


class Dispatcher(Protocol):
    def dispatch(self, event: Any) -> None:  # noqa: ANN401 -- any JSON, as the function was sent it
        """Have the function process an event later; raise FaultError (DISPATCH) if refused."""
