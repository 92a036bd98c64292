"""Builds and checks what a release holds."""

from rowledger.errors import CommandError


class ReleaseError(CommandError):
    """There can be no release."""
