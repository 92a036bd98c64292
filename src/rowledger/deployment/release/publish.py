"""Publishes on GitHub what `make release-assets` built, if it was built from the tag.

GitHub is asked, not this checkout: on which commit the tag is, whether that is on main, and whether
its checks have passed. Nothing but the standard library and gh is used, since this runs where the
repository may be written to.
"""

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from rowledger.deployment.release import ReleaseError
from rowledger.deployment.release.tag import TAG

BUILT = Path("build", "release")
# Each of checks.yml's jobs, as GitHub names it in the workflows that call it.
CHECKS = (
    "Checks / Lint, types and workflows",
    "Checks / Tests on Python 3.11",
    "Checks / Tests on Python 3.13",
    "Checks / Terraform and Checkov",
)
_SUM = re.compile(r"([0-9a-f]{64})  ([^/]+)")
_ON_MAIN = ("behind", "identical")


def publish(tag: str, built: Path) -> None:
    """Create the release; raise ReleaseError, before anything is published, where there is none."""
    if not TAG.fullmatch(tag):
        raise ReleaseError("VERSION names a tag, such as VERSION=v1.2.3")
    files = _checked_files(built / "assets")
    commit = _built_from(tag, built / "built-from.json", built / "assets/SHA256SUMS")
    tagged = _asked(f"commits/tags/{tag}").get("sha")
    if tagged != commit:
        raise ReleaseError(f"{built} was built from {commit}, and on GitHub {tag} is on {tagged}")
    compared = _asked(f"compare/main...{commit}").get("status")
    if compared not in _ON_MAIN:
        raise ReleaseError(f"{tag} is on {commit}, which is not on main ({compared})")
    for name in CHECKS:
        outcome = _outcome(commit, name)
        if outcome != "success":
            raise ReleaseError(f"the check {name!r} of {commit} has not passed: {outcome}")
    notes = ("--notes-file", str(built / "notes.md"))
    _gh("release", "create", tag, "--verify-tag", "--title", tag, *notes, *map(str, files))


def _checked_files(assets: Path) -> list[Path]:
    """Return the assets; raise ReleaseError unless they are those of SHA256SUMS, unchanged."""
    sums = assets / "SHA256SUMS"
    try:
        matches = [_SUM.fullmatch(line) for line in sums.read_text("ascii").splitlines()]
        expected = {match[2]: match[1] for match in matches if match}
        files = sorted(assets.iterdir())
        found = {
            each.name: hashlib.sha256(each.read_bytes()).hexdigest()
            for each in files
            if each != sums
        }
    except (OSError, ValueError) as error:
        raise ReleaseError(f"{assets} holds no release ({error}): make release-assets") from error
    differing = sorted(n for n in expected | found if expected.get(n) != found.get(n))
    if differing or not expected or len(expected) != len(matches):
        raise ReleaseError(f"{assets} is not what was built: {', '.join(differing) or sums.name}")
    return files


def _built_from(tag: str, record: Path, sums: Path) -> str:
    """Return the commit that was built; raise ReleaseError where it was not for the tag."""
    try:
        built = json.loads(record.read_text("utf-8"))
        recorded, commit, digest = built["tag"], str(built["commit"]), built["sums"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReleaseError(f"{record} does not say what was built ({error})") from error
    if recorded != tag:
        raise ReleaseError(f"{record.parent} was built for {recorded}, and not for {tag}")
    if digest != hashlib.sha256(sums.read_bytes()).hexdigest():
        raise ReleaseError(f"{record} is about other files than {sums.parent} holds")
    return commit


def _outcome(commit: str, name: str) -> str:
    """Return what the newest run of a check came to, or where it stands."""
    query = ("-f", f"check_name={name}", "-F", "per_page=100")
    runs = [
        run
        for run in _asked(f"commits/{commit}/check-runs", *query)["check_runs"]
        # Any app may report a check of any name.
        if run["name"] == name and run["app"]["slug"] == "github-actions"
    ]
    if not runs:
        return "it never ran"
    newest = max(runs, key=lambda run: str(run["started_at"]))
    return str(newest["conclusion"] or newest["status"])


def _asked(path: str, *query: str) -> dict[str, Any]:
    # gh puts the repository of this checkout in the place of the braces.
    answer = _gh("api", "--method", "GET", f"repos/{{owner}}/{{repo}}/{path}", *query)
    try:
        return dict(json.loads(answer))
    except ValueError as error:
        raise ReleaseError(f"GitHub's answer about {path} is no JSON: {error}") from error


def _gh(*arguments: str) -> str:
    program = shutil.which("gh")
    if program is None:
        raise ReleaseError("gh is missing")
    done = subprocess.run(  # noqa: S603 -- the program that which() found
        [program, *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ReleaseError(f"gh {' '.join(arguments[:4])} failed: {done.stderr.strip()}")
    return done.stdout


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="make publish-release")
    parser.add_argument("--version", default="")
    tag = parser.parse_args(arguments).version
    try:
        publish(tag, BUILT)
    except ReleaseError as error:
        print(f"make publish-release: {error}", file=sys.stderr)
        return 1
    print(f"published {tag}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
