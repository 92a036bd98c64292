"""How Terraform is run: stand-ins for its program show what becomes of what it says."""

from pathlib import Path

import pytest

from rowledger.deployment.terraform import (
    PROVIDER_VERSION,
    Terraform,
    TerraformError,
    Workspace,
    find_terraform,
)

PLATFORM = "linux_amd64"


def a_program(folder: Path, says: str, status: int = 0) -> None:
    folder.mkdir(exist_ok=True)
    program = folder / "terraform"
    program.write_text(f"#!/bin/sh\ncat <<'EOT'\n{says}\nEOT\nexit {status}\n")
    program.chmod(0o755)


@pytest.mark.parametrize(
    ("says", "refusal"),
    [
        ('{"terraform_version": "1.10.5", "platform": "linux_amd64"}', "1.10.5 is too old"),
        ('{"terraform_version": "0.15.0-beta1", "platform": "linux_amd64"}', "is too old"),
        ("Segmentation fault", "does not say its version"),
    ],
)
def test_a_terraform_that_cannot_be_used_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: str, refusal: str
) -> None:
    a_program(tmp_path, says)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(TerraformError, match=refusal):
        find_terraform()


def test_a_provider_that_cannot_be_had_is_said(tmp_path: Path) -> None:
    a_program(tmp_path / "bin", "", status=1)
    terraform = Terraform(tmp_path / "bin" / "terraform", PLATFORM, mirror=tmp_path)
    with pytest.raises(
        TerraformError, match=f"hashicorp/aws {PROVIDER_VERSION} can be had neither"
    ):
        Workspace(terraform, tmp_path / "work", {}).create()


def test_a_workspace_takes_the_configuration_and_no_state(tmp_path: Path) -> None:
    a_program(tmp_path / "bin", "")
    terraform = Terraform(tmp_path / "bin" / "terraform", PLATFORM, mirror=tmp_path)
    workspace = Workspace(terraform, tmp_path / "work", {"state": "# mine"})
    workspace.create()
    assert (workspace.configuration / "main.tf").is_file()
    assert (workspace.configuration / "state_override.tf").read_text() == "# mine"
    assert (
        workspace.configuration / ".." / "src" / "rowledger" / "functions" / "contract"
    ).is_dir()
    assert not list(workspace.configuration.glob(".terraform*"))
    assert str(tmp_path) in (workspace.folder / "cli.tfrc").read_text()


def a_workspace(folder: Path, script: str) -> Workspace:
    program = folder / "bin" / "terraform"
    a_program(program.parent, "")
    program.write_text(f"#!/bin/sh\n{script}\n")
    return Workspace(Terraform(program, PLATFORM, mirror=folder), folder / "work", {})


def test_what_an_apply_says_is_shown_as_it_comes(tmp_path: Path) -> None:
    messages: list[object] = []
    a_workspace(tmp_path, 'echo \'{"type": "version"}\'; echo "{}"').follow(
        messages.append, "apply"
    )
    assert messages == [{"type": "version"}, {}]


@pytest.mark.parametrize(
    ("says", "refusal"),
    [
        (
            '{"@level": "error", "diagnostic": {"summary": "creating B", "detail": "409"}}',
            "apply failed: creating B: 409",
        ),
        ("cannot execute", "apply failed: cannot execute"),
    ],
)
def test_an_apply_that_fails_says_why(tmp_path: Path, says: str, refusal: str) -> None:
    workspace = a_workspace(tmp_path, f"echo '{says}'; exit 1")
    with pytest.raises(TerraformError, match=refusal):
        workspace.follow(lambda _message: None, "apply")


def test_an_interrupted_apply_is_let_finish_what_it_does(tmp_path: Path) -> None:
    finished = tmp_path / "finished"
    script = f"trap 'touch {finished}; exit 1' TERM; echo '{{}}'; while :; do sleep 0.05; done"

    def interrupt(_message: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        a_workspace(tmp_path, script).follow(interrupt, "apply")
    assert finished.exists()
