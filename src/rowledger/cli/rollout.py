"""The rollout that `deploy` and `rollback` run."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from rowledger.cli.interrupts import Interrupts
from rowledger.cli.progress import spinner
from rowledger.deployment.domain.rollout import Release
from rowledger.deployment.services.rollout import Rollout
from rowledger.wiring.rollout import build_rollout, location_of, session_of


@contextmanager
def interruptible_rollout(
    release: Release, environment_name: str | None = None
) -> Iterator[Rollout]:
    """Yield a rollout that shows its progress; an interrupt waits until it does no harm."""
    session = session_of(environment_name)
    if environment_name is not None:
        # Said before anything is done there.
        click.echo(f"environment: {environment_name} ({location_of(environment_name)})", err=True)
    interrupts = Interrupts()
    with spinner() as progress, interrupts.heeded():
        yield build_rollout(
            release,
            on_progress=progress,
            interruptible=interrupts.interruptible,
            session=session,
        )
