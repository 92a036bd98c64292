"""What a release is made of; no part of what it holds."""


class ReleaseError(Exception):
    """There can be no release; the message says why in one line."""
