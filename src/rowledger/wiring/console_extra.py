"""Whether the console's libraries are installed: they are an extra of the package."""

from importlib.util import find_spec

from rowledger.errors import CommandError

LIBRARIES = ("jinja2", "starlette", "uvicorn")
HOW_TO_INSTALL_CONSOLE = "the console is not installed: pip install 'rowledger[console]'"


def console_is_installed() -> bool:
    return all(find_spec(name) is not None for name in LIBRARIES)


def require_console() -> None:
    """Raise CommandError, which says what to install, where the extra is missing."""
    if not console_is_installed():
        raise CommandError(HOW_TO_INSTALL_CONSOLE)
