"""The repository that releases are built from, and its tag."""

import os
import subprocess
from pathlib import Path

from rowledger import __version__

TAG = f"v{__version__}"
AUTHOR = ("-c", "user.name=Tests", "-c", "user.email=tests@example.com")
CHANGED = 1_760_000_000  # when the commit was, in seconds since the epoch


def git(folder: Path, *arguments: str) -> None:
    moment = f"{CHANGED} +0000"
    dates = {"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment}
    subprocess.run(
        ["/usr/bin/env", "git", "-C", str(folder), *AUTHOR, *arguments],
        env=os.environ | dates,
        check=True,
        capture_output=True,
    )
