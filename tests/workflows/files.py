"""The workflows and the actions of this repository, read as GitHub reads them."""

import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from rowledger.deployment.checkout import ROOT

GITHUB = ROOT / ".github"
WORKFLOWS = sorted(GITHUB.glob("workflows/*.yml"))
ACTIONS = sorted(GITHUB.glob("actions/*/action.yml"))
_EXPRESSION = re.compile(r"\$\{\{.*?\}\}")


@dataclass(frozen=True)
class Run:
    """A step that runs something. environment: as written, expressions and all."""

    where: str
    command: str
    environment: Mapping[str, str]


def load(path: Path) -> dict[str, Any]:
    return dict(YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")))


def jobs() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in WORKFLOWS:
        for name, job in load(path)["jobs"].items():
            yield f"{path.name}: {name}", job


def runs() -> Iterator[Run]:
    steps = [(where, step) for where, job in jobs() for step in job.get("steps", ())]
    steps += [(p.parent.name, step) for p in ACTIONS for step in load(p)["runs"]["steps"]]
    for where, step in steps:
        if "run" in step:
            yield Run(where, step["run"].strip(), step.get("env", {}))


def sampled(value: str) -> str:
    """A value of a workflow with something in the place of each expression."""
    return _EXPRESSION.sub("1", value)


def make(
    *arguments: str, cwd: Path = ROOT, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """What make says, with this project's Makefile."""
    return subprocess.run(
        ["/usr/bin/env", "make", "--no-print-directory", "-f", str(ROOT / "Makefile"), *arguments],
        cwd=cwd,
        env=dict(environment),
        capture_output=True,
        text=True,
        check=False,
    )
