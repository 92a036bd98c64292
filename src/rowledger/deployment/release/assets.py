"""Builds what a release holds, twice, from the commit alone, and compares.

Each build has a folder, a umask, a time zone and hash seed of its own: what these leak into the
result would differ. build/release/assets holds the sdist, the wheel, the functions' package with
its manifest and the CA certificates that are in it, the bill of materials and SHA256SUMS;
build/release/notes.md is the changelog's section, and built-from.json says for which tag and from
which commit all of it was built.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from rowledger.deployment.checkout import PACKAGE, ROOT
from rowledger.deployment.release import ReleaseError
from rowledger.deployment.release.bill_of_materials import bill_of_materials
from rowledger.deployment.release.changelog import section_of
from rowledger.deployment.release.tag import git, released_commit

# Python beside the C compiler that make kernel installs.
COMPILER = ROOT / ".zig" / "bin" / "python"
_CHECKSUMS = "SHA256SUMS"
_VERSION_FILE = "src/rowledger/__init__.py"
_VERSION = re.compile(r'^__version__ = "([^"]+)"$', re.MULTILINE)
_NO_CERTIFICATES = "none"
# Where the two builds differ, so that their results must not.
_SURROUNDINGS = (
    ("first", 0o022, {"TZ": "UTC", "PYTHONHASHSEED": "1"}),
    ("second-elsewhere", 0o077, {"TZ": "Asia/Kathmandu", "PYTHONHASHSEED": "2"}),
)


def make_release(root: Path, tag: str, certificates: Path | None, target: Path) -> dict[str, str]:
    """Replace target; return the digests (SHA-256, hex) of the assets by name.

    Args:
        root: The checkout, whose HEAD is built.
        tag: Such as v1.2.3; it must be on HEAD, and HEAD on main.
        certificates: Those that sign RDS's, for a package that goes to AWS.

    Raises:
        ReleaseError: There can be no release.
    """
    found = _VERSION.search(git(root, "show", f"HEAD:{_VERSION_FILE}"))
    version = found[1] if found else None
    if version is None or tag != f"v{version}":
        raise ReleaseError(f"the tag is {tag}, and {_VERSION_FILE} says {version}")
    commit = released_commit(root, tag)
    notes = section_of(version, git(root, "show", "HEAD:CHANGELOG.md"))
    with tempfile.TemporaryDirectory(prefix="rowledger-release-") as temporary:
        builds = []
        for name, umask, environment in _SURROUNDINGS:
            source = Path(temporary) / name
            export(root, source, umask)
            out = build(source, certificates, umask, environment)
            builds.append((out, _digests(out)))
        (first, digests), (_, again) = builds
        differing = sorted(n for n in digests | again if digests.get(n) != again.get(n))
        if differing:
            raise ReleaseError(f"built twice, and not the same: {', '.join(differing)}")
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(first, target / "assets")
    sums = "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items()))
    (target / "assets" / _CHECKSUMS).write_text(sums, encoding="ascii")
    (target / "notes.md").write_text(notes, encoding="utf-8")
    record = {
        "tag": tag,
        "commit": commit,
        "sums": hashlib.sha256(sums.encode("ascii")).hexdigest(),
    }
    (target / "built-from.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    return digests


def export(root: Path, folder: Path, umask: int) -> None:
    """Clone the commit into a folder of its own, without the checkout's untracked files."""
    git(root, "clone", "--quiet", "--no-local", "--depth=1", str(root), str(folder), umask=umask)


def build(
    source: Path,
    certificates: Path | None,
    umask: int,
    environment: dict[str, str],
) -> Path:
    """Build everything from source, a checkout; return the folder of what was built."""
    out = source / "build" / "assets"
    out.mkdir(parents=True)
    committed = int(git(source, "log", "-1", "--format=%ct"))
    environment = {
        **os.environ,
        **environment,
        "SOURCE_DATE_EPOCH": str(committed),
        "PYTHONPATH": str(source / "src"),
    }
    asked = _NO_CERTIFICATES
    if certificates is not None:
        asked = str(shutil.copy(certificates, out / "rds-ca.pem"))
    if not COMPILER.exists():
        raise ReleaseError(f"the kernel cannot be built without {COMPILER}: run make kernel")
    for program, module, *arguments in (
        (str(COMPILER), "rowledger.deployment.packaging.kernel"),
        (sys.executable, "hatchling", "build", "--directory", str(out)),
        (sys.executable, "rowledger.deployment.packaging", "--database-ca", asked),
    ):
        done = subprocess.run(  # noqa: S603 -- our own commands
            [program, "-m", module, *arguments],
            cwd=source,
            env=environment,
            umask=umask,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise ReleaseError(f"{module} failed: {done.stderr.strip()}")
    package, wheel = source / PACKAGE, next(out.glob("*.whl"))
    product = "-".join(wheel.name.split("-")[:2])
    for built in (package, package.with_suffix(".json")):
        shutil.copyfile(built, out / built.name)
    held = [path for path in (wheel, package, out / "rds-ca.pem") if path.exists()]
    bill = bill_of_materials(
        wheel,
        package,
        source / "requirements" / "function.in",
        {path.name: _digest(path) for path in held},
        datetime.fromtimestamp(committed, UTC),
    )
    (out / f"{product}.cdx.json").write_text(bill, encoding="utf-8")
    return out


def _digests(folder: Path) -> dict[str, str]:
    return {path.name: _digest(path) for path in sorted(folder.iterdir())}


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="make release-assets")
    parser.add_argument("--version", default="")
    parser.add_argument("--database-ca", default="")
    given = parser.parse_args(arguments)
    if not (given.version and given.database_ca):
        print("make release-assets VERSION=v1.2.3 RDS_CA=FILE|none", file=sys.stderr)
        return 2
    certificates = None if given.database_ca == _NO_CERTIFICATES else Path(given.database_ca)
    try:
        digests = make_release(ROOT, given.version, certificates, ROOT / "build" / "release")
    except (ReleaseError, OSError) as error:
        print(f"make release-assets: {error}", file=sys.stderr)
        return 1
    print("built twice, and the same both times:")
    print("\n".join(f"{digest}  {name}" for name, digest in sorted(digests.items())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
