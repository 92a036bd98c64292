"""What of AWS's SDK is in the package: what the functions call, in the versions that are tested."""

import ast
import re
from pathlib import Path

import pytest

from rowledger.deployment.checkout import ROOT
from rowledger.deployment.packaging.sdk import SERVICES, is_packed
from rowledger.functions import contract

FUNCTIONS = Path(contract.__file__).parents[1]
SDK = ("botocore", "s3transfer", "urllib3")


def clients_made() -> set[str]:
    """The services that the functions' code makes clients of."""
    calls = (
        node
        for path in FUNCTIONS.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) in ("make_client", "client")
    )
    # Whatever is no literal is shown as it is, and is no service.
    return {
        str(call.args[0].value)
        if isinstance(call.args[0], ast.Constant)
        else ast.unparse(call.args[0])
        for call in calls
        if call.args
    }


def locked(name: str) -> dict[str, str]:
    """Each library's version in a lock file."""
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)==([^\s;\\]+)", text, re.MULTILINE))


def test_the_services_that_are_packed_are_those_that_are_called() -> None:
    assert clients_made() == set(SERVICES)


def test_what_is_packed_is_what_is_tested() -> None:
    packed, tested = locked("function.txt"), locked("dev.txt")
    assert packed.items() <= tested.items()
    assert set(SDK) <= packed.keys()


@pytest.mark.parametrize(
    ("name", "packed"),
    [
        ("botocore/client.py", True),
        ("botocore/cacert.pem", True),
        ("botocore-1.43.106.dist-info/NOTICE", True),
        ("botocore/data/endpoints.json", True),
        ("botocore/data/partitions.json", True),
        ("botocore/data/s3/2006-03-01/service-2.json.gz", True),
        ("botocore/data/s3/2006-03-01/examples-1.json", False),
        ("botocore/data/s3control/2018-08-20/service-2.json.gz", False),
        ("botocore/data/ec2/2016-11-15/service-2.json.gz", False),
        ("pg8000/native.py", True),
    ],
)
def test_data_of_other_services_is_left_out(name: str, *, packed: bool) -> None:
    assert is_packed(name) is packed
