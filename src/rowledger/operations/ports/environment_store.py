"""The port to where named environments are kept."""

from pathlib import Path
from typing import Protocol

from rowledger.operations.domain.environments import KeptEnvironments


class EnvironmentStore(Protocol):
    """It raises CommandError where what is kept cannot be read or written."""

    def load(self) -> KeptEnvironments:
        """Return all that is kept; none where nothing was."""

    def save(self, kept: KeptEnvironments) -> None:
        """Keep these in place of what was kept."""

    def last_local_stack(self) -> Path | None:
        """Return the state folder of the local stack that was started last."""

    def note_local_stack(self, state_dir: Path | None) -> None:
        """Note that it was started; None: that it was removed."""
