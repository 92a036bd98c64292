"""What make bootstrap refuses before it runs Terraform."""

from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from rowledger.deployment.bootstrap import BootstrapError, Bucket, bootstrap, main, values_of
from tests.fakes.folder_s3 import FolderS3


def test_a_bucket_of_another_region_is_found_there(tmp_path: Path) -> None:
    s3 = FolderS3(tmp_path, location="eu-central-1")
    backend = Bucket("rowledger-state-1", s3).backend()  # type: ignore[arg-type]
    assert "-backend-config=region=eu-central-1" in backend


def test_somebody_elses_bucket_is_no_missing_one(tmp_path: Path) -> None:
    s3 = FolderS3(tmp_path / "bucket", code="403")
    with pytest.raises(ClientError, match="403"):
        bootstrap(tmp_path, "env/dev.tfvars", Bucket("rowledger-state-1", s3))  # type: ignore[arg-type]


@pytest.mark.parametrize("environment", ["none", "", "../env/dev", "dev.tfvars"])
def test_an_environment_without_values_is_said(tmp_path: Path, environment: str) -> None:
    (tmp_path / "env").mkdir()
    (tmp_path / "env" / "dev.tfvars").touch()
    assert values_of(tmp_path, "dev") == "env/dev.tfvars"
    with pytest.raises(BootstrapError, match=r"ENV names a file bootstrap/env/\*.tfvars"):
        values_of(tmp_path, environment)


@pytest.mark.parametrize(("arguments", "status"), [([], 2), (["a", "b"], 2), (["no-such"], 1)])
def test_the_commands_status(
    arguments: list[str], status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == status
    assert len(capsys.readouterr().err.splitlines()) == 1
