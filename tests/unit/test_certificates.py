"""Which files of CA certificates are packed, and which are refused."""

from pathlib import Path

import pytest
import trustme

from rowledger.deployment.packaging import PackagingError
from rowledger.deployment.packaging.certificates import read_certificates


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "holds no certificates"),
        (b"<html>Access Denied</html>", "holds no certificates"),
        (b"\xff\xfe", "holds no certificates"),
        (None, "holds no certificates"),
    ],
)
def test_a_file_of_anything_else_is_refused(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(PackagingError, match=said):
        read_certificates(path)


def test_a_private_key_is_never_packed(tmp_path: Path, authority: trustme.CA) -> None:
    path = tmp_path / "ca.pem"
    path.write_bytes(authority.cert_pem.bytes() + authority.private_key_pem.bytes())
    with pytest.raises(PackagingError, match="private key"):
        read_certificates(path)
