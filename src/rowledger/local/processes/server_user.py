"""The system user PostgreSQL runs as when we are root, as it refuses to run as root itself."""

import fcntl
import os
import pwd
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

from rowledger.local import StackError

_NAME = "rowledger_postgres"


def run_options() -> dict[str, Any]:
    """What subprocess needs to run a program as the server's user; nothing unless we are root."""
    if os.geteuid() != 0:
        return {}
    entry = _entry()
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def give(path: Path) -> None:
    """Make the server's user the owner of a file or folder that it can reach."""
    if os.geteuid() == 0:
        entry = _entry()
        os.chown(path, entry.pw_uid, entry.pw_gid)
        open_the_way_to(path)


def open_the_way_to(path: Path) -> None:
    """Let other users pass through the folders above the path, which still cannot be listed."""
    if os.geteuid() != 0:
        return
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)


def _entry() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(_NAME)
    except KeyError:
        return _create()


def _create() -> pwd.struct_passwd:
    useradd = shutil.which("useradd")
    if useradd is None:
        raise StackError(
            "PostgreSQL does not run as root and there is no useradd to make a user for it: "
            f"run rowledger as another user, or create the system user {_NAME}"
        )
    # Another stack that starts at the same moment makes the same user, and two useradds at once may
    # both succeed, with two ids. So they come one after the other, by a lock on the program itself.
    with Path(useradd).open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            return pwd.getpwnam(_NAME)
        except KeyError:
            return _add(useradd)


def _add(useradd: str) -> pwd.struct_passwd:
    command = [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", _NAME]
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        raise StackError(f"useradd could not create {_NAME} for PostgreSQL: {done.stderr.strip()}")
    return pwd.getpwnam(_NAME)
