"""Terraform is found with its provider, and what is missing is said."""

from collections.abc import Callable
from pathlib import Path

import pytest

from rowledger.deployment.terraform import (
    PROVIDER_VERSION,
    TerraformError,
    find_mirror,
    find_terraform,
)

PLATFORM = "linux_amd64"
INSIDE = Path("registry.terraform.io") / "hashicorp" / "aws"


def unpacked(folder: Path, version: str = PROVIDER_VERSION) -> Path:
    (folder / INSIDE / version / PLATFORM).mkdir(parents=True)
    return folder


def packed(folder: Path) -> Path:
    (folder / INSIDE).mkdir(parents=True)
    name = f"terraform-provider-aws_{PROVIDER_VERSION}_{PLATFORM}.zip"
    (folder / INSIDE / name).touch()
    return folder


@pytest.mark.parametrize("make", [unpacked, packed])
@pytest.mark.parametrize("place", ["home/.terraform.d/plugins", "root/opt/mirror", "root/mirror"])
def test_a_mirror_is_found(tmp_path: Path, make: Callable[[Path], Path], place: str) -> None:
    there = make(tmp_path / place)
    assert find_mirror(PLATFORM, home=tmp_path / "home", root=tmp_path / "root") == there


def test_where_terraform_itself_would_look_comes_first(tmp_path: Path) -> None:
    unpacked(tmp_path / "root/a")
    usual = unpacked(tmp_path / "root/usr/local/share/terraform/plugins")
    assert find_mirror(PLATFORM, home=tmp_path, root=tmp_path / "root") == usual


@pytest.mark.parametrize(
    "place",
    [
        "proc/mirror",
        "work/.terraform/providers",  # what init left of somebody's run
        "a/b/c/d/mirror",  # deeper than is looked
    ],
)
def test_a_mirror_is_not_looked_for_everywhere(tmp_path: Path, place: str) -> None:
    unpacked(tmp_path / place)
    assert find_mirror(PLATFORM, home=tmp_path / "home", root=tmp_path) is None


def test_a_mirror_of_another_version_or_platform_is_none(tmp_path: Path) -> None:
    unpacked(tmp_path / "one", version="4.0.0")
    assert find_mirror(PLATFORM, home=tmp_path, root=tmp_path) is None
    unpacked(tmp_path / "two")
    assert find_mirror("darwin_arm64", home=tmp_path, root=tmp_path) is None


def test_a_missing_terraform_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(TerraformError, match="Terraform is missing: install"):
        find_terraform()
