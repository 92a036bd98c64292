"""What make release-assets builds, in a repository of its own with a commit to release."""

import hashlib
import json
import os
import subprocess
import tarfile
import zipfile
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import trustme
from jsonschema import Draft7Validator
from referencing import Registry
from referencing.jsonschema import DRAFT7

from rowledger import __version__
from rowledger.deployment.packaging.package import build_package
from rowledger.deployment.release import ReleaseError, assets
from rowledger.functions import contract
from tests.release.commits import TAG, git
from tests.workflows.files import make

DATABASE_CA = contract.load("pipeline.json")["package"]["database_ca_file"]


@pytest.fixture(scope="module")
def released(
    repository: Path,
    offline: Callable[[Path, Path, int], None],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    if not assets.COMPILER.exists():
        pytest.skip("there is no compiler: make kernel installs it")
    folder = tmp_path_factory.mktemp("release")
    trustme.CA().cert_pem.write_to_path(folder / "ca.pem")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assets, "export", offline)
        # What lies about in the checkout is no part of it.
        (repository / "src/rowledger/lying_about.py").write_text("", encoding="utf-8")
        assets.make_release(repository, TAG, folder / "ca.pem", folder / "release")
    return folder / "release"


def test_the_assets_are_these(released: Path) -> None:
    assert sorted(path.name for path in (released / "assets").iterdir()) == [
        "SHA256SUMS",
        "csv-processor.json",
        "csv-processor.zip",
        "rds-ca.pem",
        f"rowledger-{__version__}-py3-none-any.whl",
        f"rowledger-{__version__}.cdx.json",
        f"rowledger-{__version__}.tar.gz",
    ]
    assert (released / "notes.md").read_text(encoding="utf-8").startswith("### Added")


def test_the_checksums_are_those_of_all_others(released: Path) -> None:
    lines = (released / "assets/SHA256SUMS").read_text(encoding="ascii").splitlines()
    sums = {name: digest for digest, name in (line.split("  ") for line in lines)}
    files = {path.name for path in (released / "assets").iterdir()} - {"SHA256SUMS"}
    assert sums.keys() == files
    for name, digest in sums.items():
        assert hashlib.sha256((released / "assets" / name).read_bytes()).hexdigest() == digest


def test_package_and_wheel_are_of_the_commit(released: Path) -> None:
    wheel = next((released / "assets").glob("*.whl"))
    for path in (wheel, released / "assets/csv-processor.zip"):
        with zipfile.ZipFile(path) as archive:
            assert "rowledger/functions/entrypoints/processor.py" in archive.namelist()
            kernel = "rowledger/functions/adapters/kernel/kernel-linux-aarch64.so"
            assert kernel in archive.namelist()
            assert "rowledger/lying_about.py" not in archive.namelist()
    with tarfile.open(next((released / "assets").glob("*.tar.gz"))) as archive:
        names = archive.getnames()
    assert f"rowledger-{__version__}/CHANGELOG.md" in names
    assert not [name for name in names if name.endswith("lying_about.py")]


def test_the_packages_certificates_are_beside_it(released: Path) -> None:
    """So that anybody can build the same bytes again, when Amazon's have long changed."""
    certificates = (released / "assets/rds-ca.pem").read_bytes()
    with zipfile.ZipFile(released / "assets/csv-processor.zip") as archive:
        assert archive.read(DATABASE_CA) == certificates
    manifest = json.loads((released / "assets/csv-processor.json").read_text(encoding="utf-8"))
    assert manifest["database_ca"]["sha256"] == hashlib.sha256(certificates).hexdigest()
    again = build_package(released.parent / "again.zip", released / "assets/rds-ca.pem")
    assert again.sha256 == manifest["sha256"]


@pytest.fixture
def bill(released: Path) -> dict[str, Any]:
    path = released / f"assets/rowledger-{__version__}.cdx.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


def test_the_bill_of_materials_is_valid_cyclonedx(bill: dict[str, Any]) -> None:
    folder = resources.files("cyclonedx.schema") / "_res"
    files = [f"{name}.SNAPSHOT.schema.json" for name in ("bom-1.6", "spdx", "jsf-0.82")]
    schemas = [json.loads((folder / file).read_text(encoding="utf-8")) for file in files]
    registry: Registry[Any] = Registry().with_resources(
        (f"http://cyclonedx.org/schema/{file}", DRAFT7.create_resource(schema))
        for file, schema in zip(files, schemas, strict=True)
    )
    assert bill["$schema"] == schemas[0]["$id"]
    validator = Draft7Validator(schemas[0], registry=registry)
    assert [error.message for error in validator.iter_errors(bill)] == []
    assert [*validator.iter_errors(bill | {"version": "one"})]


def test_the_bill_names_what_is_in_the_package_and_no_more(
    released: Path, bill: dict[str, Any]
) -> None:
    with zipfile.ZipFile(released / "assets/csv-processor.zip") as archive:
        packed = {
            tuple(name.split(".dist-info/")[0].rsplit("-", 1))
            for name in archive.namelist()
            if ".dist-info/" in name
        }
    libraries = [each for each in bill["components"] if each["type"] == "library"]
    assert {(each["name"].replace("-", "_"), each["version"]) for each in libraries} == packed
    assert all(each["licenses"] for each in libraries)
    needs = {each["ref"]: each.get("dependsOn", []) for each in bill["dependencies"]}
    product = bill["metadata"]["component"]["bom-ref"]
    assert product == f"pkg:pypi/rowledger@{__version__}"
    assert [ref.split("@")[0] for ref in needs[product]] == [
        "pkg:pypi/aws-lambda-powertools",
        "pkg:pypi/botocore",
        "pkg:pypi/cronsim",
        "pkg:pypi/pg8000",
        "pkg:pypi/s3transfer",
        "pkg:pypi/tzdata",
        "pkg:pypi/urllib3",
    ]


def test_what_a_library_carries_is_nested_in_it(bill: dict[str, Any]) -> None:
    libraries = {each["name"]: each for each in bill["components"]}
    carried = {
        (outer["name"], inner["name"]): inner
        for outer in bill["components"]
        for inner in outer.get("components", ())
    }
    six = carried["botocore", "six"]
    assert libraries["six"]["version"] != six["version"]  # another one than its own
    assert six["purl"] == f"pkg:pypi/six@{six['version']}"
    (place,) = six["evidence"]["occurrences"]
    assert place["location"] == "botocore/vendored/six.py"
    swagger = carried["aws_lambda_powertools", "swagger-ui"]
    assert swagger["purl"] == f"pkg:npm/swagger-ui@{swagger['version']}"
    assert "dompurify" in {each["name"] for each in swagger["components"]}
    certificates = carried["botocore", "mozilla-ca-certificates"]
    assert certificates["hashes"][0]["alg"] == "SHA-256"
    references = [each["bom-ref"] for each in (*libraries.values(), *carried.values())]
    assert len(references) == len(set(references))


def test_the_bill_names_the_files_and_the_time_of_the_commit(
    released: Path, bill: dict[str, Any]
) -> None:
    assert bill["metadata"]["timestamp"] == "2025-10-09T08:53:20+00:00"
    files = {each["name"]: each for each in bill["components"] if each["type"] == "file"}
    assert set(files) == {
        "csv-processor.zip",
        "rds-ca.pem",
        f"rowledger-{__version__}-py3-none-any.whl",
    }
    for name, each in files.items():
        content = (released / "assets" / name).read_bytes()
        assert each["hashes"] == [
            {"alg": "SHA-256", "content": hashlib.sha256(content).hexdigest()}
        ]


def test_what_differs_between_the_builds_is_named_and_not_released(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build that writes down where it was made."""

    def build(source: Path, *_: object) -> Path:
        out = source / "out"
        out.mkdir(parents=True)
        (out / "same").write_text("same", encoding="utf-8")
        (out / "path").write_text(str(source), encoding="utf-8")
        return out

    monkeypatch.setattr(assets, "build", build)
    with pytest.raises(ReleaseError, match=r"not the same: path$"):
        assets.make_release(repository, TAG, None, tmp_path / "release")
    assert not (tmp_path / "release").exists()


@pytest.mark.parametrize("tag", ["v9.9.9", __version__, "", f"{TAG}-1"])
def test_the_tag_is_the_versions(repository: Path, tmp_path: Path, tag: str) -> None:
    with pytest.raises(ReleaseError, match="the tag is"):
        assets.make_release(repository, tag, None, tmp_path / "release")


def test_the_changelog_has_to_know_the_version(repository: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", str(repository), str(clone))
    (clone / "CHANGELOG.md").write_text("# Changelog\n\n## Unreleased\n", encoding="utf-8")
    git(clone, "commit", "--quiet", "--all", "--message", "Forget")
    git(clone, "tag", "--force", TAG)
    git(clone, "update-ref", "refs/remotes/origin/main", "HEAD")
    with pytest.raises(ReleaseError, match="CHANGELOG"):
        assets.make_release(clone, TAG, None, tmp_path / "release")


@pytest.mark.parametrize(
    ("commands", "said"),
    [
        ([("tag", "--delete", TAG)], "does not exist"),
        ([("commit", "--quiet", "--allow-empty", "--message", "Later")], "and not the tag"),
        # Tagged before it was merged: main elsewhere does not have it.
        (
            [
                ("commit", "--quiet", "--allow-empty", "--message", "Later"),
                ("tag", "--force", TAG),
            ],
            "not on main",
        ),
        (
            [
                ("checkout", "--quiet", "--detach"),
                ("branch", "-D", "main"),
                ("update-ref", "-d", "refs/remotes/origin/main"),
            ],
            "fetch it",
        ),
    ],
)
def test_only_a_tag_on_main_is_built(
    repository: Path, tmp_path: Path, commands: list[tuple[str, ...]], said: str
) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", str(repository), str(clone))
    for command in commands:
        git(clone, *command)
    with pytest.raises(ReleaseError, match=said):
        assets.make_release(clone, TAG, None, tmp_path / "release")
    assert not (tmp_path / "release").exists()


def test_it_is_written_down_what_was_built(repository: Path, released: Path) -> None:
    built = json.loads((released / "built-from.json").read_text(encoding="utf-8"))
    sums = (released / "assets/SHA256SUMS").read_bytes()
    head = subprocess.run(
        ["/usr/bin/env", "git", "-C", str(repository), "rev-parse", "HEAD"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    assert built == {"tag": TAG, "commit": head, "sums": hashlib.sha256(sums).hexdigest()}


@pytest.mark.parametrize("given", [{}, {"VERSION": TAG}, {"RDS_CA": "none"}])
def test_the_command_demands_both_decisions(given: dict[str, str]) -> None:
    done = make("-o", "setup", "release-assets", environment=os.environ | given)
    assert done.returncode != 0
    assert "make release-assets VERSION=" in done.stderr


def test_the_command_says_in_one_line_why_not() -> None:
    given = {"VERSION": "v9.9.9", "RDS_CA": "none"}
    done = make("-o", "setup", "release-assets", environment=os.environ | given)
    assert done.returncode != 0
    said = [line for line in done.stderr.splitlines() if line.startswith("make release-assets: ")]
    assert len(said) == 1
