"""Runs commands as a user does: in a process of their own."""

import subprocess
import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    status: int
    out: str
    err: str


def invoke(*arguments: str, input_text: str = "") -> Result:
    code = "from rowledger.entrypoints.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        input=input_text,
        timeout=180,
    )
    return Result(done.returncode, done.stdout, done.stderr)
