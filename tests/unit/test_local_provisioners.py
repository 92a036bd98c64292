"""Which way a stack is provisioned: the way it was, or on a new one the way that is asked for."""

from pathlib import Path

import pytest

from rowledger.errors import CommandError
from rowledger.local.emulator_patches.idle_connections import PatientConfig
from rowledger.local.layout import Layout
from rowledger.local.provisioning.provisioners import Provisioner, choose
from rowledger.local.provisioning.resources import provision


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout(tmp_path / "state")
    layout.create()
    return layout


def chosen(layout: Layout, *, terraform: bool) -> Provisioner:
    return choose(
        layout,
        lambda _step: None,
        terraform=terraform,
        move_aliases=lambda _client, _outputs: None,
    )


def test_a_stack_is_provisioned_without_terraform_unless_asked_for(layout: Layout) -> None:
    assert chosen(layout, terraform=False) is provision
    assert not layout.terraform.exists()


def test_another_stack_is_not_taken_over(layout: Layout) -> None:
    layout.postgres.mkdir()
    with pytest.raises(CommandError, match=r"without Terraform.*rowledger reset"):
        chosen(layout, terraform=True)


def test_a_missing_terraform_is_said_and_leaves_no_trace(
    layout: Layout, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CommandError, match="Terraform is missing"):
        chosen(layout, terraform=True)
    assert chosen(layout, terraform=False) is provision


def test_the_emulator_outwaits_its_clients() -> None:
    config = PatientConfig()
    config.keep_alive_timeout = 75
    assert config.keep_alive_timeout > 90
