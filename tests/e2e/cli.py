"""Runs commands as a user does: in a process of their own."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from rowledger.local.layout import STATE_DIR_VARIABLE


@dataclass(frozen=True, slots=True)
class Result:
    status: int
    out: str
    err: str


def invoke(*arguments: str, input_text: str = "", state_dir: Path | None = None) -> Result:
    """state_dir: of the stack that is meant; None for the one that the environment names."""
    named = {STATE_DIR_VARIABLE: str(state_dir)} if state_dir else {}
    code = "from rowledger.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        input=input_text,
        env=os.environ | named,
        timeout=180,
    )
    return Result(done.returncode, done.stdout, done.stderr)
