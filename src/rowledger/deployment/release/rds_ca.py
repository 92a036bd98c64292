"""Fetches the CA certificates that sign RDS's, for packages that go to AWS.

They are taken over TLS from Amazon, and kept only if they are certificates and, where a digest is
given, if the file has it: then somebody has reviewed exactly this file.
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from rowledger.deployment.checkout import ROOT
from rowledger.deployment.packaging.certificates import (
    RDS_CA_URL,
    Certificates,
    read_certificates,
)
from rowledger.deployment.release import ReleaseError
from rowledger.errors import CommandError

_SECONDS = 60


def fetch(url: str, target: Path, sha256: str) -> Certificates:
    """Download the certificates to target; an earlier file stays if they are refused.

    Args:
        sha256: Hex, of the file; empty: any.

    Raises:
        CommandError: They cannot be fetched, or are refused.
    """
    curl = shutil.which("curl")
    if curl is None:
        raise ReleaseError("curl is missing")
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}")
    try:
        _download(curl, url, partial)
        certificates = read_certificates(partial)
        if sha256 and certificates.sha256 != sha256.lower():
            raise ReleaseError(
                f"{url} has sha256 {certificates.sha256}, and RDS_CA_SHA256 says {sha256}:"
                " look at what Amazon changed, and change the digest"
            )
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return certificates


def _download(curl: str, url: str, target: Path) -> None:
    done = subprocess.run(  # noqa: S603 -- the program that which() found
        [
            *(curl, "--fail", "--silent", "--show-error", "--proto", "=https", "--tlsv1.2"),
            *("--max-time", str(_SECONDS), "--retry", "3", "--output", str(target), "--", url),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ReleaseError(f"{url} cannot be fetched: {' '.join(done.stderr.split())}")


def main(arguments: list[str] | None = None) -> int:
    """Run `make rds-ca`. An argument is empty where its variable of make is not set."""
    parser = argparse.ArgumentParser(prog="make rds-ca")
    parser.add_argument("--url", default="")
    parser.add_argument("--sha256", default="")
    parser.add_argument("--to", default="")
    given = parser.parse_args(arguments)
    target = Path(given.to) if given.to else ROOT / "build" / "rds-ca.pem"
    try:
        certificates = fetch(given.url or RDS_CA_URL, target, given.sha256)
    except CommandError as error:
        print(f"make rds-ca: {error}", file=sys.stderr)
        return 1
    print(
        f"{target.name}: {certificates.valid} valid CA certificates, the last until"
        f" {certificates.expires}, sha256 {certificates.sha256}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
