"""What the package's libraries carry inside them is known, or there is no bill of materials."""

import io
import json
import shutil
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from packaging.utils import NormalizedName, canonicalize_name

from rowledger.deployment.packaging.package import build_package
from rowledger.deployment.release import ReleaseError
from rowledger.deployment.release.carried import KNOWN, Carried, carried_in

SWAGGER = "aws_lambda_powertools/event_handler/openapi/swagger_ui/swagger-ui-bundle.min.js"
CA = "botocore/cacert.pem"
EXCEPTIONS = "botocore/vendored/requests/exceptions.py"
ZONES = "dateutil/zoneinfo/dateutil-zoneinfo.tar.gz"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_package(tmp_path_factory.mktemp("package") / "function.zip").path


@pytest.fixture(scope="module")
def libraries(package: Path) -> frozenset[NormalizedName]:
    with zipfile.ZipFile(package) as archive:
        names = [
            n.split(".dist-info")[0]
            for n in archive.namelist()
            if n.endswith(".dist-info/METADATA")
        ]
    return frozenset(canonicalize_name(name.rpartition("-")[0]) for name in names)


@pytest.fixture
def other(package: Path, tmp_path: Path) -> "Other":
    return Other(package, tmp_path / "other.zip")


class Other:
    """The package with some files in the place of its own; None for one that is gone."""

    def __init__(self, package: Path, target: Path) -> None:
        self._package = package
        self.path = target

    def hold(self, files: Mapping[str, bytes | None]) -> Path:
        shutil.copyfile(self._package, self.path)
        with (
            zipfile.ZipFile(self._package) as before,
            zipfile.ZipFile(self.path, "w") as archive,
        ):
            for name in before.namelist():
                content = files.get(name, before.read(name))
                if content is not None:
                    archive.writestr(name, content)
            for name in files.keys() - set(before.namelist()):
                archive.writestr(name, files[name] or b"")
        return self.path


def test_everything_that_is_carried_is_known(
    package: Path, libraries: frozenset[NormalizedName]
) -> None:
    """Where this fails, a library was updated: do what it says before anything is released."""
    found = carried_in(package, libraries)
    carried = {(each.carrier, each.name): each for each in found}
    assert len(carried) == len(found)  # two of one name would be one in the bill
    assert {
        ("aws-lambda-powertools", "swagger-ui"),
        ("botocore", "mozilla-ca-certificates"),
        ("botocore", "requests"),
        ("botocore", "six"),
        ("botocore", "urllib3"),
        ("python-dateutil", "tzdata"),
        ("urllib3", "emscripten_fetch_worker.js"),
    } == carried.keys()
    swagger = carried[canonicalize_name("aws-lambda-powertools"), "swagger-ui"]
    assert {"dompurify", "react"} < {each.name for each in swagger.inside}
    for each in (*found, *swagger.inside):
        # A name without a version is found in no list of vulnerabilities.
        assert each.version or each.sha256, each
        assert (each.purl is None) == (each.type == "file"), each


@pytest.mark.parametrize(
    "name",
    [
        "pg8000/_vendor/other/__init__.py",
        "pg8000/vendored/other.py",
        "pg8000/third_party/other.py",
        "pg8000/_vendored/deep/down/other.py",
        "pg8000/extern/other.py",
        "pg8000/vendored.py",
        "botocore/vendored/other.py",
        "botocore/other.pem",
        "urllib3/other.js",
        "urllib3/other.wasm",
        "other.bin",
    ],
)
def test_what_nobody_knows_is_refused(
    other: Other, libraries: frozenset[NormalizedName], name: str
) -> None:
    with pytest.raises(ReleaseError, match=r"carried\.json") as raised:
        carried_in(other.hold({name: b"x = 1\n"}), libraries)
    assert f"{name} is of no library's own, or no code" in str(raised.value)


@pytest.mark.parametrize(
    "name",
    [
        "pg8000/other.py",
        "pg8000/py.typed",
        "botocore/data/other/service-2.json.gz",
        "botocore-1.0.dist-info/NOTICE",
        "rowledger/functions/contract/other.json",
    ],
)
def test_what_is_a_librarys_own_is_not_asked_about(
    other: Other, libraries: frozenset[NormalizedName], name: str
) -> None:
    assert carried_in(other.hold({name: b"x = 1\n"}), libraries)


@pytest.mark.parametrize("name", [CA, EXCEPTIONS])
def test_what_says_no_version_may_not_change_unseen(
    other: Other, libraries: frozenset[NormalizedName], name: str
) -> None:
    with pytest.raises(ReleaseError, match="has changed: look at what it is now") as raised:
        carried_in(other.hold({name: b"changed"}), libraries)
    assert name in str(raised.value)
    # As sha256sum gives it: it can be put into the list.
    assert "d67e2e944994496c8d8ec76eed0cf9f09679448d584b532bebf941852a37f5ed" in str(raised.value)


def zones(version: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        content = json.dumps({"tzversion": version}).encode()
        member = tarfile.TarInfo("METADATA")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def test_a_version_is_what_the_file_says(
    other: Other, libraries: frozenset[NormalizedName]
) -> None:
    package = other.hold({ZONES: zones("2031c")})
    assert named("tzdata", carried_in(package, libraries)).version == "2031c"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({SWAGGER: b"no word of it"}, "says no version of swagger-ui"),
        (
            {SWAGGER: b'PACKAGE_VERSION:"1.0.0" PACKAGE_VERSION:"2.0.0"'},
            "says these versions: 1.0.0, 2.0.0 of swagger-ui",
        ),
        ({ZONES: zones("soon")}, "says no version of tzdata"),
        ({ZONES: b"no archive"}, "has no METADATA"),
        ({ZONES: None}, f"{ZONES} is no longer packed: remove it there"),
    ],
)
def test_a_file_that_says_its_version_in_another_way_is_refused(
    other: Other,
    libraries: frozenset[NormalizedName],
    files: Mapping[str, bytes | None],
    said: str,
) -> None:
    with pytest.raises(ReleaseError) as raised:
        carried_in(other.hold(files), libraries)
    assert said in str(raised.value)


def test_everything_that_is_wrong_is_said_at_once(
    other: Other, libraries: frozenset[NormalizedName]
) -> None:
    package = other.hold({CA: b"changed", "pg8000/_vendor/other.py": b"x = 1\n", ZONES: None})
    with pytest.raises(ReleaseError) as raised:
        carried_in(package, libraries - {"urllib3"})
    assert len(str(raised.value).splitlines()) == 5
    assert "urllib3 carries emscripten_fetch_worker.js, and is not packed" in str(raised.value)


def test_each_file_is_known_once() -> None:
    entries = json.loads(KNOWN.read_text(encoding="utf-8"))
    files = [
        name
        for entry in entries
        for name in entry.get("files") or entry["version"]["sha256"].keys()
    ]
    assert len(files) == len(set(files))


def named(name: str, found: list[Carried]) -> Carried:
    (carried,) = [each for each in found if each.name == name]
    return carried
