"""Builds the function's package: the same input gives the same bytes, on any machine.

Everything in it is pure Python, so one package serves every architecture and version, and the
laptop runs the very bytes that AWS gets. Entries are sorted, carry a fixed time and mode, and are
stored without compression: a compressor's output differs between versions of its library.

A package for AWS also carries the CA certificates that sign the database's certificate. They are
Amazon's to give out and to change, so they are no part of the source: who builds the package names
the file.
"""

import argparse
import hashlib
import json
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from rowledger.functions import contract

ROOT = Path(__file__).resolve().parents[3]
REQUIREMENTS = ROOT / "requirements" / "function.txt"
CACHE = ROOT / "build" / "function"
TARGET = ROOT / "build" / "csv-processor.zip"

# The first moment that a ZIP entry can carry.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100644 << 16
# The one folder that is shipped.
_PRODUCT, _SHIPPED = "rowledger", "functions"
# An editor's backup file must not change the package.
_OURS = (".py", ".json", ".sql")
_LEFT_OUT = ("__pycache__", ".pyc", ".dist-info/RECORD", ".dist-info/INSTALLER", "REQUESTED")
_NATIVE = (".so", ".pyd", ".dylib")
_DATABASE_CA: str = contract.load("pipeline.json")["package"]["database_ca_file"]
_NO_DATABASE_CA = "none"
RDS_CA_URL = "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem"
_WHERE_THEY_ARE = (
    f"the CA certificates that sign RDS's (PEM) are at {RDS_CA_URL}; make rds-ca fetches them"
)


class PackagingError(Exception):
    """The package cannot be built; the message says why in one line."""


@dataclass(frozen=True, slots=True)
class Certificates:
    """sha256: hex, of the file. valid: how many have not expired. expires: the last of them."""

    sha256: str
    valid: int
    expires: str


@dataclass(frozen=True, slots=True)
class Package:
    """path: the ZIP file. sizes in bytes. sha256: hex, of the file.

    database_ca: the certificates in it; None in a package that cannot reach a database on AWS.
    """

    path: Path
    sha256: str
    packed_bytes: int
    unpacked_bytes: int
    files: int
    database_ca: Certificates | None


def build_package(target: Path, database_ca: Path | None = None) -> Package:
    """Write the function's package to target; raise PackagingError where it cannot be built.

    database_ca: PEM file of the CA certificates that sign the database's certificate.
    """
    entries = dict(_entries())
    certificates = None
    if database_ca is not None:
        certificates = read_certificates(database_ca)
        entries[_DATABASE_CA] = database_ca
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
    return Package(target, digest, target.stat().st_size, unpacked, len(entries), certificates)


def read_certificates(path: Path) -> Certificates:
    """Raise PackagingError for a file without a valid certificate, or with a private key."""
    try:
        content = path.read_bytes()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cadata=content.decode("ascii"))
    except (OSError, ValueError, ssl.SSLError) as error:
        raise PackagingError(
            f"{path} holds no certificates ({error}); {_WHERE_THEY_ARE}"
        ) from error
    if b"PRIVATE KEY" in content:
        raise PackagingError(f"{path} holds a private key, which must not be in a package")
    ends = [ssl.cert_time_to_seconds(str(each["notAfter"])) for each in context.get_ca_certs()]
    valid = [end for end in ends if end > datetime.now(UTC).timestamp()]
    if not valid:
        raise PackagingError(f"every certificate in {path} has expired; {_WHERE_THEY_ARE}")
    expires = datetime.fromtimestamp(max(valid), UTC).date().isoformat()
    return Certificates(hashlib.sha256(content).hexdigest(), len(valid), expires)


def _entries() -> Iterator[tuple[str, Path]]:
    libraries = _libraries()
    yield from _files(libraries, libraries)
    source = ROOT / "src"
    # The folder is a package within a package, which has to be one for Python.
    yield from ((str(name), source / name) for name in (f"{_PRODUCT}/__init__.py",))
    for name, path in _files(source / _PRODUCT / _SHIPPED, source):
        if path.suffix in _OURS:
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


def main(arguments: list[str] | None = None, target: Path = TARGET) -> int:
    """Build the package and its manifest, and print what they are; 1 where that fails."""
    parser = argparse.ArgumentParser(prog="make package", usage="make package RDS_CA=FILE|none")
    parser.add_argument("--database-ca", default="")
    named = parser.parse_args(arguments).database_ca
    if not named:
        return _refused(
            f"RDS_CA names no file: {_WHERE_THEY_ARE}. A package that never goes to AWS is built"
            f" with RDS_CA={_NO_DATABASE_CA}"
        )
    try:
        package = build_package(target, None if named == _NO_DATABASE_CA else Path(named))
    except PackagingError as error:
        return _refused(str(error))
    # Beside the package: what a deployment may ask about it without opening it.
    manifest = asdict(package) | {"path": target.name}
    target.with_suffix(".json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    print(_described(package))
    return 0


def _refused(why: str) -> int:
    print(f"make package: {why}", file=sys.stderr)
    return 1


def _described(package: Package) -> str:
    ca = package.database_ca
    return (
        f"{os.path.relpath(package.path)}: {package.packed_bytes / 1e6:.2f} MB packed,"
        f" {package.unpacked_bytes / 1e6:.2f} MB unpacked, {package.files} files,"
        f" sha256 {package.sha256}\n"
        + (
            f"CA certificates: {ca.valid} valid, the last until {ca.expires}, sha256 {ca.sha256}"
            if ca
            else "CA certificates: none, so it can reach no database on AWS"
        )
    )


if __name__ == "__main__":
    sys.exit(main())
