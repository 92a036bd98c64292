"""The CA certificates that sign RDS's certificates."""

import hashlib
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rowledger.deployment.packaging import PackagingError

RDS_CA_URL = "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem"
WHERE_TO_FIND_THEM = (
    f"the CA certificates that sign RDS's (PEM) are at {RDS_CA_URL}; make rds-ca fetches them"
)


@dataclass(frozen=True, slots=True)
class Certificates:
    """A file of CA certificates.

    Args:
        sha256: Hex, of the file.
        valid: How many certificates have not expired.
        expires: The date on which the last of them expires.
    """

    sha256: str
    valid: int
    expires: str


def read_certificates(path: Path) -> Certificates:
    """Read a PEM file.

    Raises:
        PackagingError: The file holds no valid certificate, or a private key.
    """
    try:
        content = path.read_bytes()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cadata=content.decode("ascii"))
    except (OSError, ValueError, ssl.SSLError) as error:
        raise PackagingError(
            f"{path} holds no certificates ({error}); {WHERE_TO_FIND_THEM}"
        ) from error
    if b"PRIVATE KEY" in content:
        raise PackagingError(f"{path} holds a private key, which must not be in a package")
    ends = [ssl.cert_time_to_seconds(str(each["notAfter"])) for each in context.get_ca_certs()]
    valid = [end for end in ends if end > datetime.now(UTC).timestamp()]
    if not valid:
        raise PackagingError(f"every certificate in {path} has expired; {WHERE_TO_FIND_THEM}")
    expires = datetime.fromtimestamp(max(valid), UTC).date().isoformat()
    return Certificates(hashlib.sha256(content).hexdigest(), len(valid), expires)
