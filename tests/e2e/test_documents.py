"""The runbook and the operations page, followed command by command by an operator, through IAM."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from rowledger.cli.environment import ENVIRONMENT_VARIABLE
from rowledger.local.stack import Stack
from tests.e2e.cli import invoke
from tests.e2e.people import make_people, outputs_of, users
from tests.e2e.pipeline import Pipeline
from tests.e2e.test_replay import fail_for_good

DOCS = Path(__file__).parents[2] / "docs"
_BLOCK = re.compile(r"^ *```sh\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
# What stops or clears the stack that the other tests use: test_smoke.py runs these elsewhere.
OF_THE_LAPTOP = {("rowledger", "down"), ("rowledger", "up"), ("rowledger", "reset")}


def commands(name: str) -> list[tuple[str, ...]]:
    """Every rowledger command in the shell blocks of a page, as a shell would split it."""
    blocks = _BLOCK.findall((DOCS / f"{name}.md").read_text(encoding="utf-8"))
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return [
        tuple(shlex.split(line, comments=True))
        for line in lines
        if line.strip().startswith("rowledger ")
    ]


@pytest.fixture
def operator(stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Stand where an operator stands: with an environment in use, and nothing else."""
    with users(stack) as keys:
        make_people(stack, keys, outputs_of(stack), tmp_path, monkeypatch)
        monkeypatch.setenv(ENVIRONMENT_VARIABLE, "operator")
        yield


@pytest.mark.parametrize("page", ["runbook", "operations"])
def test_every_command_of_a_page_works_as_it_stands(
    page: str, pipeline: Pipeline, stack: Stack, operator: None, empty_queue: str
) -> None:
    # What the pages speak of: a file, one that was rejected, one that failed for good.
    pipeline.take("orders.csv", b"a,b\n1,2\n")
    pipeline.take("2026/11/orders.csv", b'a,b\n1,"2\n')
    fail_for_good(pipeline, stack, invoke, "2026/11/dead.csv")
    followed = 0
    for command in dict.fromkeys(commands(page)):
        if command in OF_THE_LAPTOP:
            continue
        done = invoke(*command[1:])
        # A replay of a file that is still bad, one of a queue that is empty by now, and a day of
        # which a file is missing, exit with 1 and say so.
        said_so = "FAILED UNTERMINATED_QUOTE" in done.out or "is selected." in done.err
        said_so = said_so or (command[1] == "expectations" and " MISSING " in done.out)
        assert done.status == 0 or (done.status == 1 and said_so), (command, done)
        assert "environment: operator" in done.err
        followed += 1
    assert followed
