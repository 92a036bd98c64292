"""The check of Amazon's certificates for the first day, as docs/database.md gives it."""

import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from rowledger.deployment.checkout import ROOT

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is missing")


def commands() -> str:
    page = (ROOT / "docs" / "database.md").read_text(encoding="utf-8")
    (block,) = (each for each in re.findall(r"```sh\n(.*?)```", page, re.DOTALL) if "awk" in each)
    return str(block)


def loose_root() -> bytes:
    """A root that older checks take and RFC 5280 does not: it says too little about its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "loose")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(
        issuer_name=name,
        subject_name=name,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - timedelta(days=1),
        not_valid_after=now + timedelta(days=1),
    ).add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


def check(folder: Path, *roots: bytes) -> list[str]:
    """What the page's commands print of these roots; they may be run again."""
    build = folder / "build"
    build.mkdir(exist_ok=True)
    (build / "rds-ca.pem").write_bytes(b"".join(roots))
    done = subprocess.run(
        ["/usr/bin/env", "sh", "-c", commands()],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return [line for line in (done.stdout + done.stderr).splitlines() if line.startswith("build/")]


def test_what_a_root_lacks_is_said(tmp_path: Path) -> None:
    good = trustme.CA().cert_pem.bytes()
    assert check(tmp_path, good, good, good) == [f"build/roots/{n}.pem: OK" for n in (1, 2, 3)]
    found = check(tmp_path, good, loose_root())
    assert found[0] == "build/roots/1.pem: OK"
    assert [line for line in found if " lacks " in line] == [
        "build/roots/2.pem lacks Basic Constraints: critical",
        "build/roots/2.pem lacks Certificate Sign",
        "build/roots/2.pem lacks Subject Key Identifier",
    ]
