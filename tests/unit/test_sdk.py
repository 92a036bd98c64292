"""What of AWS's SDK is in the package: what the functions call, in the versions that are tested."""

import ast
import gzip
import json
import re
from pathlib import Path
from typing import Any

import botocore
import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.regions import EndpointResolver

from rowledger.deployment.checkout import ROOT
from rowledger.deployment.packaging.sdk import SERVICES, as_packed, is_packed
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


def data(name: str) -> tuple[Any, Any]:
    """Data of the SDK, by its name without suffix: as it is installed, and as it is packed."""
    path = Path(botocore.__file__).parent / "data" / name
    path = next(each for each in (Path(f"{path}.json"), Path(f"{path}.json.gz")) if each.exists())
    below = path.relative_to(Path(botocore.__file__).parents[1])
    installed = path.read_bytes()
    name, packed = as_packed(below.as_posix(), installed)
    assert name.endswith(".json")
    whole = gzip.decompress(installed) if path.suffix == ".gz" else installed
    return json.loads(whole), json.loads(packed)


@pytest.mark.parametrize("service", SERVICES)
def test_an_endpoint_is_the_same_by_what_is_packed(service: str) -> None:
    installed, packed = map(EndpointResolver, data("endpoints"))
    for partition in installed.get_available_partitions():
        regions = installed.get_available_endpoints(service, partition, allow_non_regional=True)
        assert regions == packed.get_available_endpoints(
            service, partition, allow_non_regional=True
        )
        for region in regions:
            found = packed.construct_endpoint(service, region)
            assert found == installed.construct_endpoint(service, region)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_the_same_by_what_is_packed_but_for_documentation(service: str) -> None:
    version = Loader().determine_latest_version(service, "service-2")
    installed, packed = data(f"{service}/{version}/service-2")
    assert "documentation" in json.dumps(installed)
    assert installed["metadata"] == packed["metadata"]
    one, other = ServiceModel(installed, service), ServiceModel(packed, service)
    # A client reads them as it is made, with their documentation.
    assert [each.name for each in one.client_context_parameters] == [
        each.name for each in other.client_context_parameters
    ]
    assert one.operation_names == other.operation_names
    for name in one.operation_names:
        expected, found = one.operation_model(name), other.operation_model(name)
        assert expected.http == found.http
        for shape, same in (
            (expected.input_shape, found.input_shape),
            (expected.output_shape, found.output_shape),
        ):
            assert (shape is None) == (same is None)
            if shape is not None and same is not None:
                assert shape.members.keys() == same.members.keys()
                assert shape.required_members == same.required_members
                assert shape.metadata == same.metadata


def test_a_member_of_that_name_is_no_documentation() -> None:
    shape = {"members": {"documentation": {"shape": "Text", "documentation": "what it says"}}}
    _, packed = as_packed(
        "botocore/data/sns/2010-03-31/service-2.json", json.dumps({"A": shape}).encode()
    )
    kept = {"shape": "Text", "documentation": ""}
    assert json.loads(packed) == {"A": {"members": {"documentation": kept}}}


def test_code_is_packed_as_it_is() -> None:
    assert as_packed("botocore/client.py", b"a\n") == ("botocore/client.py", b"a\n")
