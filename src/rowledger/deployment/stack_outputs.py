"""What Terraform's state says of a stack that was applied."""

import json
import shutil
import subprocess
from pathlib import Path

from rowledger.deployment.terraform import TerraformError


def terraform_outputs(folder: Path) -> object:
    """Return what `terraform output -json` prints in a folder that was initialised.

    It runs as the user would run it, with the credentials that the state's backend needs. Raise
    TerraformError where it fails.
    """
    binary = shutil.which("terraform")
    if binary is None:
        raise TerraformError("Terraform is missing: install it, or give --outputs a file")
    done = subprocess.run(  # noqa: S603 -- the program that which() found
        [binary, f"-chdir={folder}", "output", "-json"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise TerraformError(f"terraform output failed in {folder}: {done.stderr.strip()}")
    outputs: object = json.loads(done.stdout)
    return outputs
