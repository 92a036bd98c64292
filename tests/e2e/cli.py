"""Runs commands: as a rule in this process, which saves each the second that a new one takes."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from rowledger.cli.main import main
from rowledger.local.layout import STATE_DIR_VARIABLE

# The installed command, as a user types it.
PROGRAM = Path(sys.executable).with_name("rowledger")
_TIMEOUT_SECONDS = 180


@dataclass(frozen=True, slots=True)
class Result:
    status: int
    out: str
    err: str


def invoke(*arguments: str, input_text: str = "", state_dir: Path | None = None) -> Result:
    """Run a command in this process, through the same main as the installed one.

    input_text: what it reads from standard input. state_dir: of the stack that is meant; None for
    the one that the environment names.
    """
    named = {STATE_DIR_VARIABLE: str(state_dir)} if state_dir else {}
    with patch.dict(os.environ, named), _standard_streams(input_text) as (out, err):
        status = _status_of(arguments)
    return Result(status, out.getvalue().decode(), err.getvalue().decode())


def invoke_in_a_process(
    *arguments: str, input_text: str = "", state_dir: Path | None = None
) -> Result:
    """Run the installed command in a process of its own; the arguments are those of invoke."""
    named = {STATE_DIR_VARIABLE: str(state_dir)} if state_dir else {}
    done = subprocess.run(
        [PROGRAM, *arguments],
        capture_output=True,
        text=True,
        check=False,
        input=input_text,
        env=os.environ | named,
        timeout=_TIMEOUT_SECONDS,
    )
    return Result(done.returncode, done.stdout, done.stderr)


@contextmanager
def _standard_streams(input_text: str) -> Iterator[tuple[io.BytesIO, io.BytesIO]]:
    """What is written to standard output and standard error meanwhile, as a process writes it."""
    out, err = io.BytesIO(), io.BytesIO()
    # Real text streams over bytes: what a command does to its streams is then tested as well.
    with (
        patch.object(sys, "stdin", _text_stream(io.BytesIO(input_text.encode()))),
        redirect_stdout(_text_stream(out)) as text_out,
        redirect_stderr(_text_stream(err)) as text_err,
    ):
        yield out, err
        text_out.detach()
        text_err.detach()


def _text_stream(content: io.BytesIO) -> io.TextIOWrapper:
    return io.TextIOWrapper(content, encoding="utf-8", write_through=True)


def _status_of(arguments: tuple[str, ...]) -> int:
    """The exit status of a command; what main lets through, a traceback to a user, is raised."""
    try:
        main(arguments)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0
