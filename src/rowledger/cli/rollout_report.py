"""What `deploy` and `rollback` have in common: their options, and how their reports are shown."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from rowledger.cli.interrupts import Interrupts
from rowledger.cli.output import output, print_json
from rowledger.cli.parameters import NumberRange
from rowledger.cli.progress import spinner
from rowledger.deployment.domain.rollout import Move, PutBack, Release, Report, read_outputs
from rowledger.deployment.services.rollout import Deploy
from rowledger.wiring.rollout import bootstrap_deployment

outputs_option = click.option(
    "--outputs",
    "release",
    required=True,
    metavar="FILE",
    callback=lambda _context, _parameter, value: _release(value),
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What `terraform output -json` printed.",
)
timeout_option = click.option(
    "--timeout",
    type=NumberRange(min=1, max=3600),
    default=180,
    show_default=True,
    help="Seconds that the smoke test may take.",
)


def _release(path: Path) -> Release:
    try:
        return read_outputs(json.loads(path.read_text(encoding="utf-8")))
    except ValueError as error:
        raise click.BadParameter(f"{path}: {error}") from error


@contextmanager
def deployment(release: Release) -> Iterator[Deploy]:
    """Deployments on AWS; an interrupt waits until it does no harm."""
    interrupts = Interrupts()
    with spinner() as progress, interrupts.heeded():
        yield bootstrap_deployment(release, tell=progress, interruptible=interrupts.interruptible)


def finish(context: click.Context, report: Report, *, json_output: bool) -> None:
    """Print what was done, and on standard error what failed; exit with 1 if anything did."""
    if json_output:
        print_json(document(report))
    else:
        _print(report)
    for line in _troubles(report):
        click.echo(f"rowledger: {line}", err=True)
    context.exit(1 if report.failure else 0)


def document(report: Report) -> dict[str, Any]:
    """A report as JSON."""
    verdict, canary, mending = report.verdict, report.canary, report.mending
    return {
        "succeeded": report.failure is None,
        "failure": report.failure,
        "alias": report.release.alias,
        "versions": {each.function: each.version for each in report.release.targets},
        "migrated": report.migrated,
        "moved": [
            {"function": each.function, "from": each.origin.version, "to": asdict(each.to)}
            for each in report.moved
        ],
        "canary": asdict(canary) if canary else None,
        "verdict": {"passed": verdict.passed is True, "reason": verdict.reason}
        if verdict
        else None,
        "rolled_back": report.rolled_back,
        "put_back": [
            {
                "function": each.function,
                "to": each.origin.version,
                "stands": asdict(each.stands) if each.stands else None,
                "trouble": each.trouble,
            }
            for each in report.put_back
        ],
        "reconciled": {"by": str(mending.target), "trouble": mending.trouble} if mending else None,
    }


def _print(report: Report) -> None:
    migrations = (report.migrated or {}).get("migrations", [])
    for name in migrations:
        output.print(Text(f"applied {name}"))
    for move in report.moved:
        output.print(Text(_moved(report, move)), soft_wrap=True)
    if not report.moved and not report.failure:
        output.print(f"every alias {report.release.alias} stands there already")
    if report.canary and report.verdict:
        sign = "passed" if report.verdict.passed else "failed"
        what = f"{report.canary.key} (version {report.canary.version_id})"
        output.print(Text(f"smoke test {sign}: {what}: {report.verdict.reason}"), soft_wrap=True)
    for each in report.put_back:
        if each.trouble is None:
            where = f"{each.function}:{report.release.alias}"
            output.print(Text(f"put back {where} to {each.origin}"), soft_wrap=True)
    if report.mending and report.mending.trouble is None:
        output.print(Text(f"reconciled by {report.mending.target}"))


def _moved(report: Report, move: Move) -> str:
    where = f"{move.function}:{report.release.alias}"
    return f"moved {where} from {move.origin} to {move.to}"


def _troubles(report: Report) -> Iterator[str]:
    if report.failure:
        yield report.failure
    if report.failure and not report.put_back and report.verdict:
        yield (
            "the aliases stay where they were moved to"
            if report.moved
            else "no alias was moved, so none could be put back"
        )
    for each in report.put_back:
        if each.trouble:
            yield _not_put_back(report.release.alias, each)
    if report.mending and report.mending.trouble:
        yield (
            f"{report.mending.target} was to mend what the other version left, and did not:"
            f" {report.mending.trouble}"
        )


def _not_put_back(alias: str, each: PutBack) -> str:
    stands = f"stands at {each.stands}" if each.stands else "stands where nobody could tell"
    return (
        f"NOT PUT BACK: {each.function}:{alias} {stands}, not at {each.origin}: {each.trouble}. To"
        f" put it back: aws lambda update-alias --function-name {each.function} --name {alias}"
        f" --function-version {each.origin.version} --routing-config AdditionalVersionWeights={{}}"
    )
