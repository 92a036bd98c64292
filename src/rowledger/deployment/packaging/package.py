"""Builds the package: the same input and the same Python give the same bytes, on any machine.

One package serves every architecture and version: all of it is Python, with bytecode for the Python
that builds it, but the counter's kernel, which is there for each architecture of Lambda where
`make kernel` built it. Entries are sorted, carry a fixed time and mode, and are stored without
compression: a compressor's output differs between versions of its library.
"""

import hashlib
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rowledger.deployment.checkout import SOURCE
from rowledger.deployment.packaging import PackagingError
from rowledger.deployment.packaging.bytecode import VERSION, bytecode_name, compiled
from rowledger.deployment.packaging.certificates import Certificates, read_certificates
from rowledger.deployment.packaging.libraries import locked_libraries
from rowledger.deployment.packaging.sdk import CHANGES, CHANGES_NAME, as_packed, is_packed
from rowledger.functions import contract

# The first moment that a ZIP entry can carry.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100644 << 16
# The one folder that is shipped, and what makes the folder above it a package for Python.
_SHIPPED, _PARENT = "rowledger/functions", "rowledger/__init__.py"
# An editor's backup file must not change the package.
_SOURCE_SUFFIXES = (".py", ".json", ".sql")
_LEFT_OUT = ("__pycache__", ".pyc", ".dist-info/RECORD", ".dist-info/INSTALLER", "REQUESTED")
_NATIVE = (".so", ".pyd", ".dylib")
# Both of Lambda's architectures: a few kilobytes each, and a package need not know its own.
_KERNELS = tuple(
    f"{_SHIPPED}/adapters/kernel/kernel-linux-{machine}.so" for machine in ("x86_64", "aarch64")
)
_DATABASE_CA: str = contract.load("pipeline.json")["package"]["database_ca_file"]


@dataclass(frozen=True, slots=True)
class Package:
    """A package that was built.

    Args:
        path: The ZIP file.
        sha256: Hex, of the file.
        packed_bytes: The size of the file.
        unpacked_bytes: The size of what is in it.
        files: How many files are in it.
        python: The version of Python that its bytecode is for, such as "3.13".
        database_ca: The certificates in it; None in a package that cannot reach a database on AWS.
    """

    path: Path
    sha256: str
    packed_bytes: int
    unpacked_bytes: int
    files: int
    python: str
    database_ca: Certificates | None


def build_package(target: Path, database_ca: Path | None = None) -> Package:
    """Write the functions' package to target.

    Args:
        target: The ZIP file to write.
        database_ca: PEM file of the CA certificates that sign the database's certificate.

    Raises:
        PackagingError: It cannot be built.
    """
    libraries = locked_libraries()
    packed = {name: path for name, path in _files(libraries, libraries) if is_packed(name)}
    entries = {**packed, **dict(shipped_files(SOURCE))}
    certificates = None
    if database_ca is not None:
        certificates = read_certificates(database_ca)
        entries[_DATABASE_CA] = database_ca
    native = [name for name in entries if name.endswith(_NATIVE) and name not in _KERNELS]
    if native:
        raise PackagingError(f"{native[0]} is native code: the package would fit one platform only")
    contents = dict(as_packed(name, path.read_bytes()) for name, path in entries.items())
    contents[CHANGES_NAME] = CHANGES
    modules = [name for name in contents if name.endswith(".py")]
    contents |= {bytecode_name(name): compiled(name, contents[name]) for name in modules}
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(contents):
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system = 3
            info.external_attr = _MODE
            archive.writestr(info, contents[name])
    partial.replace(target)
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    unpacked = sum(map(len, contents.values()))
    packed_bytes = target.stat().st_size
    return Package(target, digest, packed_bytes, unpacked, len(contents), VERSION, certificates)


def shipped_files(source: Path) -> Iterator[tuple[str, Path]]:
    """Yield the product's own files in the package: the name in it, and the path below source."""
    yield _PARENT, source / _PARENT
    for name, path in _files(source / _SHIPPED, source):
        if path.suffix in _SOURCE_SUFFIXES or name in _KERNELS:
            yield name, path


def _files(folder: Path, root: Path) -> Iterator[tuple[str, Path]]:
    for path in folder.rglob("*"):
        name = path.relative_to(root).as_posix()
        if path.is_file() and not any(part in name for part in _LEFT_OUT):
            yield name, path
