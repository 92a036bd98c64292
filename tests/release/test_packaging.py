"""The function's package: small, reproducible, whole, and free of what only a laptop needs."""

import hashlib
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import trustme

from rowledger.deployment.checkout import ROOT
from rowledger.deployment.packaging.__main__ import main
from rowledger.deployment.packaging.bytecode import VERSION, bytecode_name
from rowledger.deployment.packaging.package import Package, build_package
from rowledger.deployment.packaging.sdk import SERVICES
from rowledger.functions import contract

# Half of it is bytecode.
MAX_UNPACKED_BYTES = 20_000_000
DATABASE_CA = contract.load("pipeline.json")["package"]["database_ca_file"]

# As in Lambda, where what the runtime brings comes after the package. Printed: what is not the
# package's own, and whose certificates AWS's are checked against.
IMPORT_ALL = """
import importlib, json, sys
package, runtime, services = sys.argv[1:]
# botocore takes it where it is, as beside our tools; neither package nor runtime brings it.
sys.modules["certifi"] = None
sys.path.insert(0, package)
if runtime:
    sys.path.append(runtime)
for function in ("processor", "reconciler", "administrator", "ledger_access"):
    for part in ("wiring", "handlers"):
        importlib.import_module(f"rowledger.functions.{part}.{function}")
import s3transfer.manager
from botocore.httpsession import DEFAULT_CA_BUNDLE
from rowledger.functions.adapters.aws.clients import make_client
for service in services.split():
    client = make_client(service, read_timeout=5)
    assert client.meta.endpoint_url.startswith("https://"), client.meta.endpoint_url
outside = sorted(
    name for name, module in sys.modules.items()
    if "site-packages" in (getattr(module, "__file__", None) or "")
)
print(json.dumps([outside, DEFAULT_CA_BUNDLE]))
"""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    return build_package(tmp_path_factory.mktemp("package") / "function.zip")


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return path


def test_nothing_of_the_tests_is_in_it(package: Package) -> None:
    """The fault suite deploys a package of its own, with points where the function is killed."""
    with zipfile.ZipFile(package.path) as archive:
        names = archive.namelist()
        ours = b"".join(archive.read(name) for name in names if name.startswith("rowledger/"))
    assert not [name for name in names if name.startswith("tests/")]
    assert b"ROWLEDGER_FAULTS" not in ours


def test_nothing_that_deploys_is_in_it(package: Package) -> None:
    """A change of the deployment tool makes no other package."""
    with zipfile.ZipFile(package.path) as archive:
        ours = [name for name in archive.namelist() if name.startswith("rowledger/")]
    assert ours
    parent = "rowledger/__init__.py"
    shipped = (parent, bytecode_name(parent), "rowledger/functions/")
    assert [name for name in ours if not name.startswith(shipped)] == []


def test_the_same_input_gives_the_same_bytes(package: Package, tmp_path: Path) -> None:
    assert build_package(tmp_path / "again.zip").sha256 == package.sha256


BUILD = """
import sys
from pathlib import Path
from rowledger.deployment.packaging import bytecode
from rowledger.deployment.packaging.bytecode import VERSION, bytecode_name
from rowledger.deployment.packaging.package import build_package
bytecode.CACHE = Path(sys.argv[2])
print(build_package(Path(sys.argv[1])).sha256)
"""


def test_another_process_compiles_to_the_same_bytes(package: Package, tmp_path: Path) -> None:
    """Neither hashes' seed nor what else is loaded gets into the bytecode."""
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-c", BUILD, "again.zip", "nothing is kept here"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={"PYTHONHASHSEED": "7", "PATH": os.environ["PATH"]},
    )
    assert done.stdout.strip() == package.sha256


def test_a_python_that_leaves_something_out_of_bytecode_builds_no_package(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", BUILD, "again.zip", "nothing is kept here"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={"PYTHONNODEBUGRANGES": "1", "PATH": os.environ["PATH"]},
    )
    assert "unset PYTHONNODEBUGRANGES" in done.stderr
    assert not list(tmp_path.glob("*.zip"))


def test_each_module_has_bytecode_that_is_loaded_in_its_place(
    package: Package, tmp_path: Path
) -> None:
    with zipfile.ZipFile(package.path) as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path)
    modules = {name for name in names if name.endswith(".py")}
    assert {name for name in names if name.endswith(".pyc")} == set(map(bytecode_name, modules))
    module = "rowledger/functions/domain/faults.py"
    (tmp_path / module).write_text("raise AssertionError('it was compiled')")
    path = (
        "from rowledger.functions.domain import faults; print(faults.FaultError.__init__.__code__)"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-E", "-B", "-c", path],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    # A traceback names the file where it is, not where it was compiled.
    assert str(tmp_path / module) in done.stdout


def test_ca_certificates_are_packed_where_the_contract_says(tmp_path: Path, ca_file: Path) -> None:
    made = build_package(tmp_path / "with.zip", ca_file)
    with zipfile.ZipFile(made.path) as archive:
        assert archive.read(DATABASE_CA) == ca_file.read_bytes()
    assert made.database_ca is not None
    assert made.database_ca.sha256 == hashlib.sha256(ca_file.read_bytes()).hexdigest()
    assert made.database_ca.valid == 1


def test_without_them_nothing_stands_there(package: Package) -> None:
    assert package.database_ca is None
    with zipfile.ZipFile(package.path) as archive:
        assert DATABASE_CA not in archive.namelist()


def test_the_command_demands_a_decision_on_ca_certificates(
    tmp_path: Path, ca_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "package.zip"
    assert main(["--database-ca", ""], target) == 1
    assert "RDS_CA names no file" in capsys.readouterr().err
    assert not target.exists()
    assert main(["--database-ca", "none"], target) == 0
    runtime = contract.load("pipeline.json")["functions"]["processor"]["runtime"]
    compiles = "each cold start compiles it" in capsys.readouterr().err
    assert compiles == (runtime != f"python{VERSION}")
    manifest = json.loads(target.with_suffix(".json").read_text())
    assert (manifest["path"], manifest["database_ca"]) == ("package.zip", None)
    assert main(["--database-ca", str(ca_file)], target) == 0
    manifest = json.loads(target.with_suffix(".json").read_text())
    assert manifest["sha256"] == hashlib.sha256(target.read_bytes()).hexdigest()
    assert manifest["database_ca"]["valid"] == 1


def test_the_package_is_small_and_has_nothing_of_the_laptop(package: Package) -> None:
    assert package.unpacked_bytes < MAX_UNPACKED_BYTES
    with zipfile.ZipFile(package.path) as archive:
        names = archive.namelist()
        assert archive.testzip() is None
    assert names == sorted(names)
    for unwanted in ("boto3/", "rowledger/local/", "rowledger/cli/"):
        assert not [name for name in names if name.startswith(unwanted)]
    assert "rowledger/functions/entrypoints/processor.py" in names
    assert "rowledger/functions/contract/settings.json" in names


def test_the_sdk_is_packed_with_the_data_of_what_is_called_and_its_licences(
    package: Package,
) -> None:
    with zipfile.ZipFile(package.path) as archive:
        names = archive.namelist()
    data = [name for name in names if name.startswith("botocore/data/")]
    assert {name.split("/")[2] for name in data if name.count("/") > 2} == set(SERVICES)
    assert {"botocore/data/endpoints.json", "botocore/data/partitions.json"} <= set(data)
    for library, licence in (
        ("botocore", "LICENSE.txt"),
        ("s3transfer", "LICENSE.txt"),
        ("urllib3", "licenses/LICENSE.txt"),
    ):
        described = [name for name in names if re.match(rf"{library}-[\d.]+\.dist-info/", name)]
        assert any(name.endswith("/METADATA") for name in described)
        assert any(name.endswith(licence) for name in described)


@pytest.mark.parametrize("beside", ["nothing", "another SDK"])
def test_the_package_runs_with_its_own_libraries_alone(
    package: Package, tmp_path: Path, beside: str
) -> None:
    """The runtime's SDK changes by itself, and is never the one that runs."""
    with zipfile.ZipFile(package.path) as archive:
        archive.extractall(tmp_path)
    ours = next(path for path in sys.path if path.endswith("site-packages"))
    runtime = ours if beside == "another SDK" else ""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", IMPORT_ALL, str(tmp_path), runtime, " ".join(SERVICES)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={"AWS_DEFAULT_REGION": "eu-central-1"},
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [[], str(tmp_path / "botocore" / "cacert.pem")]
