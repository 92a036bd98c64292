"""A stack that Terraform provisions, with a stand-in for its program."""

import json
from pathlib import Path

import pytest

from rowledger.deployment.terraform import TerraformError
from rowledger.local.layout import Layout
from rowledger.local.provisioning.provisioners import Provisioner, choose
from rowledger.local.provisioning.resources import provision
from rowledger.local.provisioning.terraform_stack import TerraformProvisioner


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout(tmp_path / "state")
    layout.create()
    return layout


@pytest.fixture
def terraform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Terraform that agrees to everything."""
    program = tmp_path / "bin" / "terraform"
    program.parent.mkdir()
    says = json.dumps({"terraform_version": "1.11.4", "platform": "linux_amd64"})
    program.write_text(f"#!/bin/sh\necho '{says}'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    return program


def chosen(layout: Layout, *, terraform: bool) -> Provisioner:
    return choose(
        layout,
        lambda _step: None,
        terraform=terraform,
        move_aliases=lambda _client, _outputs: None,
    )


@pytest.mark.usefixtures("terraform")
def test_what_terraform_provisioned_stays_its_own(layout: Layout) -> None:
    assert isinstance(chosen(layout, terraform=True), TerraformProvisioner)
    layout.postgres.mkdir()
    assert isinstance(chosen(layout, terraform=False), TerraformProvisioner)


def test_a_missing_provider_is_said_and_leaves_no_trace(layout: Layout, terraform: Path) -> None:
    version = terraform.read_text().splitlines()[1]
    terraform.write_text(f'#!/bin/sh\n[ "$1" = version ] || exit 1\n{version}\n')
    with pytest.raises(TerraformError, match="provider hashicorp/aws"):
        chosen(layout, terraform=True)
    assert chosen(layout, terraform=False) is provision
