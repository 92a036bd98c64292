"""The function's package: small, reproducible, whole, and free of what only a laptop needs."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from rowledger.packaging import ROOT, Package, build_package

MAX_UNPACKED_BYTES = 15_000_000

# Only what the Lambda runtime brings may come from outside the package.
IMPORT_ALONE = """
import importlib.util, sys
package, runtime = sys.argv[1:]
sys.path.insert(0, package)
sys.path.append(runtime)
import rowledger.bootstrap, rowledger.entrypoints.event_handler
allowed = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six")
outside = sorted(
    name for name, module in sys.modules.items()
    if (getattr(module, "__file__", None) or "").startswith(runtime)
    and name.split(".")[0] not in allowed
)
print(outside)
"""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    return build_package(tmp_path_factory.mktemp("package") / "function.zip")


def test_the_same_input_gives_the_same_bytes(package: Package, tmp_path: Path) -> None:
    assert build_package(tmp_path / "again.zip").sha256 == package.sha256


def test_the_package_is_small_and_has_nothing_of_the_laptop(package: Package) -> None:
    assert package.unpacked_bytes < MAX_UNPACKED_BYTES
    with zipfile.ZipFile(package.path) as archive:
        names = archive.namelist()
        assert archive.testzip() is None
    assert names == sorted(names)
    for unwanted in ("boto3/", "botocore/", "rowledger/local/", "rowledger/entrypoints/cli/"):
        assert not [name for name in names if name.startswith(unwanted)]
    assert "rowledger/entrypoints/csv_processor.py" in names
    assert "rowledger/contract/settings.json" in names


def test_the_package_imports_with_the_runtimes_boto3_alone(
    package: Package, tmp_path: Path
) -> None:
    with zipfile.ZipFile(package.path) as archive:
        archive.extractall(tmp_path)
    runtime = next(path for path in sys.path if path.endswith("site-packages"))
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", IMPORT_ALONE, str(tmp_path), runtime],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr
