"""One process of the provider for all of a run's Terraform commands.

The AWS provider takes longer to start than most of what it is asked, and each walk of a plan or of
a test starts it again. Its switch -debug has it run until it is stopped, for Terraform processes
that find its address in TF_REATTACH_PROVIDERS (Terraform's documentation, "Debugging Providers").
"""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rowledger.deployment.terraform import PROVIDER_VERSION, Workspace, blind
from rowledger.local.waiting import until

_START_SECONDS = 60
_ADDRESS = re.compile(r"^\s*TF_REATTACH_PROVIDERS='(.+)'$", re.MULTILINE)


@contextmanager
def running(workspace: Workspace, folder: Path, environment: dict[str, str]) -> Iterator[str]:
    """Run the provider that was installed for the workspace; yield how Terraform finds it.

    Args:
        folder: An empty folder for its output and its socket.
    """
    output = folder / "output"
    settings = blind(environment) | {"TMPDIR": str(folder)}
    with output.open("wb") as file:
        process = subprocess.Popen(
            [str(_program(workspace)), "-debug"],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            env=settings,
        )
    try:
        assert until(lambda: _address(output) is not None, _START_SECONDS), output.read_text()
        yield str(_address(output))
    finally:
        process.kill()
        process.wait()


def _program(workspace: Workspace) -> Path:
    installed = workspace.configuration / ".terraform/providers"
    (program,) = installed.glob(f"*/hashicorp/aws/{PROVIDER_VERSION}/*/terraform-provider-aws_*")
    return program


def _address(output: Path) -> str | None:
    found = _ADDRESS.search(output.read_text(encoding="utf-8", errors="replace"))
    return found[1] if found else None
