"""The libraries that the functions need, installed from the lock with pip."""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import platformdirs

from rowledger.deployment.checkout import ROOT, is_checkout
from rowledger.deployment.packaging import PackagingError

if is_checkout():
    REQUIREMENTS = ROOT / "requirements" / "function.txt"
    CACHE = ROOT / "build" / "function"
else:
    # The wheel carries the lock beside this file; where it is installed, nothing else is written.
    REQUIREMENTS = Path(__file__).with_name("function.txt")
    CACHE = platformdirs.user_cache_path("rowledger") / "function"


def locked_libraries() -> Path:
    """Return the folder of the hash-locked libraries; install them once for each lock file."""
    lock = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:16]
    installed = CACHE / lock
    if installed.is_dir():
        return installed
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE, prefix=".installing-") as folder:
        _install(Path(folder) / "libraries")
        try:
            (Path(folder) / "libraries").rename(installed)
        except OSError:
            if not installed.is_dir():  # else another build was faster
                raise
    return installed


def _install(target: Path) -> None:
    command = [
        *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
        *("--no-deps", "--no-compile", "--require-hashes", "--only-binary", ":all:"),
        # Only wheels for any platform match, whatever machine this is.
        *("--platform", "any", "--implementation", "py", "--python-version", "3.13"),
        *("--target", str(target), "--requirement", str(REQUIREMENTS)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 -- no input of others
    if done.returncode:
        raise PackagingError(f"pip could not install {REQUIREMENTS.name}: {done.stderr.strip()}")
    shutil.rmtree(target / "bin", ignore_errors=True)
