"""Builds the function's package: the same input gives the same bytes, on any machine.

Everything in it is pure Python, so one package serves every architecture and version, and the
laptop runs the very bytes that AWS gets. Entries are sorted, carry a fixed time and mode, and are
stored without compression: a compressor's output differs between versions of its library.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "requirements" / "function.txt"
CACHE = ROOT / "build" / "function"

# The first moment that a ZIP entry can carry.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100644 << 16
# Of rowledger itself, what runs on a laptop only.
_LOCAL_ONLY = ("local", "entrypoints/cli", "packaging.py")
# An editor's backup file must not change the package.
_OURS = (".py", ".json", ".sql")
_LEFT_OUT = ("__pycache__", ".pyc", ".dist-info/RECORD", ".dist-info/INSTALLER", "REQUESTED")
_NATIVE = (".so", ".pyd", ".dylib")


class PackagingError(Exception):
    """The package cannot be built; the message says why in one line."""


@dataclass(frozen=True, slots=True)
class Package:
    """path: the ZIP file. sizes in bytes. sha256: hex, of the file."""

    path: Path
    sha256: str
    packed_bytes: int
    unpacked_bytes: int
    files: int


def build_package(target: Path) -> Package:
    """Write the function's package to target; raise PackagingError where it cannot be built."""
    entries = dict(_entries())
    native = [name for name in entries if name.endswith(_NATIVE)]
    if native:
        raise PackagingError(f"{native[0]} is native code: the package would fit one platform only")
    target.parent.mkdir(parents=True, exist_ok=True)
    unpacked = 0
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(entries):
            content = entries[name].read_bytes()
            unpacked += len(content)
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system = 3
            info.external_attr = _MODE
            archive.writestr(info, content)
    partial.replace(target)
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    return Package(target, digest, target.stat().st_size, unpacked, len(entries))


def _entries() -> Iterator[tuple[str, Path]]:
    libraries = _libraries()
    yield from _files(libraries, libraries)
    source = ROOT / "src" / "rowledger"
    for name, path in _files(source, source.parent):
        ours = path.suffix in _OURS and not name.removeprefix("rowledger/").startswith(_LOCAL_ONLY)
        if ours:
            yield name, path


def _files(folder: Path, root: Path) -> Iterator[tuple[str, Path]]:
    for path in folder.rglob("*"):
        name = path.relative_to(root).as_posix()
        if path.is_file() and not any(part in name for part in _LEFT_OUT):
            yield name, path


def _libraries() -> Path:
    """The hash-locked libraries, installed once for each state of the lock."""
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


def main() -> None:
    """Build build/csv-processor.zip and print what it is."""
    package = build_package(ROOT / "build" / "csv-processor.zip")
    print(  # noqa: T201 -- this is its answer
        f"{package.path.relative_to(ROOT)}: {package.packed_bytes / 1e6:.2f} MB packed,"
        f" {package.unpacked_bytes / 1e6:.2f} MB unpacked, {package.files} files,"
        f" sha256 {package.sha256}"
    )


if __name__ == "__main__":
    main()
