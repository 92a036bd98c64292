"""The steps around a plan, for scripts/terraform.sh: record it, and check it before its apply."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from rowledger.deployment.checkout import PACKAGE
from rowledger.deployment.planning import PlanningError
from rowledger.deployment.planning.checksums import check_checksums, digest, write_checksums
from rowledger.deployment.planning.summary import to_markdown


def record(plan: Any, environment: str, root: Path) -> str:  # noqa: ANN401 -- JSON
    """Write summary, environment and checksums to the folder of the plan; return the summary.

    Args:
        plan: As `terraform show -json` prints it.
        root: The checkout.

    Raises:
        PlanningError: The plan deploys another package than the one that was built, or it has an
            action that is not known here.
    """
    package, bundle = _package(root), _bundle(root)
    planned = (root / "terraform" / plan["variables"]["package"]["value"]).resolve()
    if planned != package.resolve():
        raise PlanningError(f"the plan deploys {planned}, not {package}")
    try:
        summary = to_markdown(plan, f"Plan for {environment}", f"sha256 `{digest(package)}`")
    except ValueError as error:
        raise PlanningError(f"the plan cannot be summed up: {error}") from error
    (bundle / "summary.md").write_text(summary, encoding="utf-8")
    (bundle / "environment").write_text(f"{environment}\n", encoding="utf-8")
    write_checksums(bundle, _files(root))
    return summary


def check(environment: str, root: Path) -> None:
    """Raise PlanningError unless plan and package are the recorded ones, for this environment."""
    bundle = _bundle(root)
    check_checksums(bundle, _files(root))
    planned = (bundle / "environment").read_text(encoding="utf-8").strip()
    if planned != environment:
        raise PlanningError(f"this is a plan for {planned}, not for {environment}")


def _bundle(root: Path) -> Path:
    return root / "build" / "deploy"


def _package(root: Path) -> Path:
    return root / PACKAGE


def _files(root: Path) -> list[Path]:
    bundle, package = _bundle(root), _package(root)
    return [bundle / "plan.bin", bundle / "environment", package, package.with_suffix(".json")]


def main(arguments: list[str] | None = None) -> int:
    """Run a step in the current directory's checkout; return 1 if it is refused."""
    parser = argparse.ArgumentParser(prog="python -m rowledger.deployment.planning")
    parser.add_argument("step", choices=("record", "check"))
    parser.add_argument("environment")
    chosen = parser.parse_args(arguments)
    root = Path.cwd()
    try:
        if chosen.step == "record":
            print(record(json.load(sys.stdin), chosen.environment, root))
        else:
            check(chosen.environment, root)
    except PlanningError as error:
        name = "plan" if chosen.step == "record" else "apply"
        print(f"make {name}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
