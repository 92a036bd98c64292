"""Makes the emulator keep idle connections open for longer than its clients do.

It closes them after 75 s. A request that arrives while it does so, when it is busy, is acted on and
never answered: the client tries again, and the answer is that what it wants to create exists.
Terraform's provider uses connections that were idle for up to 90 s.
"""

from typing import Any

import hypercorn.config

IDLE_SECONDS = 300.0


class PatientConfig(hypercorn.config.Config):
    """The server's settings, except for the one that the emulator fixes and no variable changes."""

    def __setattr__(self, name: str, value: Any) -> None:  # noqa: ANN401 -- of any setting
        super().__setattr__(name, IDLE_SECONDS if name == "keep_alive_timeout" else value)


def apply_patch() -> None:
    """For a server that is started in this process from now on."""
    hypercorn.config.Config = PatientConfig  # type: ignore[misc]
