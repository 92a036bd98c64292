"""Starts the emulator with idle connections kept open for longer than its clients keep them.

It closes them after 75 s. A request that arrives while it does so, when it is busy, is acted on and
never answered: the client tries again, and is told that what it wants to create exists. Terraform's
provider uses connections that were idle for up to 90 s.
"""

from typing import Any

import hypercorn.config
import ministack.app

IDLE_SECONDS = 300.0


class PatientConfig(hypercorn.config.Config):
    """The server's settings, but for the one that the emulator gives and no variable changes."""

    def __setattr__(self, name: str, value: Any) -> None:  # noqa: ANN401 -- of any setting
        super().__setattr__(name, IDLE_SECONDS if name == "keep_alive_timeout" else value)


def main() -> None:
    hypercorn.config.Config = PatientConfig  # type: ignore[misc]
    ministack.app.main()


if __name__ == "__main__":
    main()
