"""What a release is made of; no part of what it holds."""

from rowledger.errors import CommandError


class ReleaseError(CommandError):
    """There can be no release."""
