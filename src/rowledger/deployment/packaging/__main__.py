"""The command `make package`: the package, its manifest, and what they are."""

import argparse
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

from rowledger.deployment.checkout import PACKAGE, ROOT
from rowledger.deployment.packaging import PackagingError
from rowledger.deployment.packaging.certificates import WHERE_TO_FIND_THEM
from rowledger.deployment.packaging.package import Package, build_package
from rowledger.functions import contract

_NO_DATABASE_CA = "none"
_RUNTIME: str = contract.load("pipeline.json")["functions"]["processor"]["runtime"]


def main(arguments: list[str] | None = None, target: Path = ROOT / PACKAGE) -> int:
    """Build the package and its manifest, and print what they are; 1 where that fails."""
    parser = argparse.ArgumentParser(prog="make package", usage="make package RDS_CA=FILE|none")
    parser.add_argument("--database-ca", default="")
    named = parser.parse_args(arguments).database_ca
    if not named:
        return _refused(
            f"RDS_CA names no file: {WHERE_TO_FIND_THEM}. A package that never goes to AWS is built"
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
    if f"python{package.python}" != _RUNTIME:
        print(
            f"make package: built by Python {package.python}, while the functions run {_RUNTIME}:"
            " each cold start compiles it, in twice the time. For AWS, build it in a checkout that"
            f" was set up with make setup PYTHON={_RUNTIME}",
            file=sys.stderr,
        )
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
