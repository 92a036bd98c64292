"""The commit that a tag is on, as this checkout knows it."""

import re
import shutil
import subprocess
from pathlib import Path

from rowledger.deployment.release import ReleaseError

TAG = re.compile(r"v[0-9]+(\.[0-9]+){2}([-.+]?[0-9A-Za-z]+)*")
# What a commit has to be on; the remote's is asked first, as a branch here may be ahead of it.
_MAIN = ("refs/remotes/origin/main", "refs/heads/main")


def released_commit(root: Path, tag: str) -> str:
    """Return the id of the commit that is checked out, which must be the tag's and on main.

    Raises:
        ReleaseError: There can be no release of it.
    """
    head = git(root, "rev-parse", "HEAD").strip()
    tagged = _commit_of(root, f"refs/tags/{tag}")
    if tagged != head:
        where = "which does not exist" if tagged is None else f"which is on {tagged}"
        raise ReleaseError(f"{head} is checked out, and not the tag {tag}, {where}")
    main = next(filter(None, (_commit_of(root, name) for name in _MAIN)), None)
    if main is None:
        raise ReleaseError("the branch main is not known here: fetch it")
    if _status(root, "merge-base", "--is-ancestor", head, main):
        raise ReleaseError(f"the tag {tag} is on {head}, which is not on main")
    return head


def _commit_of(root: Path, reference: str) -> str | None:
    name = f"{reference}^{{commit}}"
    if _status(root, "rev-parse", "--verify", "--quiet", name):
        return None
    return git(root, "rev-parse", "--verify", name).strip()


def git(root: Path, *arguments: str, umask: int = -1) -> str:
    """Return what git prints; raise ReleaseError where it fails."""
    done = _run(root, arguments, umask)
    if done.returncode:
        raise ReleaseError(f"git {arguments[0]} failed: {done.stderr.strip()}")
    return done.stdout


def _status(root: Path, *arguments: str) -> int:
    return _run(root, arguments, -1).returncode


def _run(root: Path, arguments: tuple[str, ...], umask: int) -> subprocess.CompletedProcess[str]:
    program = shutil.which("git")
    if program is None:
        raise ReleaseError("git is missing")
    return subprocess.run(  # noqa: S603 -- the program that which() found
        [program, "-C", str(root), *arguments],
        umask=umask,
        capture_output=True,
        text=True,
        check=False,
    )
