"""What `deploy` and `rollback` print of a rollout."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import click
from rich.text import Text

from rowledger.cli.output import output, print_json
from rowledger.deployment.domain.rollout import Move, Position, PutBack, RolloutReport


def finish(context: click.Context, report: RolloutReport, *, json_output: bool) -> None:
    """Print what was done, and on standard error what failed; exit with 1 if anything did."""
    if json_output:
        print_json(_document(report))
    else:
        _print(report)
    for line in _problems(report):
        click.echo(f"rowledger: {line}", err=True)
    context.exit(1 if report.failure else 0)


def _document(report: RolloutReport) -> dict[str, Any]:
    verdict, canary, run = report.verdict, report.canary, report.reconciler_run
    return {
        "succeeded": report.failure is None,
        "failure": report.failure,
        "alias": report.release.alias,
        "versions": {each.function: each.version for each in report.release.targets},
        "migrated": report.migrated,
        "sources": asdict(report.sources) if report.sources else None,
        "moved": [
            {"function": each.function, "from": each.origin.version, "to": _position(each.to)}
            for each in report.moved
        ],
        "canary": {"key": canary.key, "version_id": canary.version_id} if canary else None,
        "verdict": {"passed": verdict.passed is True, "reason": verdict.reason}
        if verdict
        else None,
        "rolled_back": report.rolled_back,
        "put_back": [
            {
                "function": each.function,
                "to": each.origin.version,
                "stands": _position(each.position) if each.position else None,
                "trouble": each.problem,
            }
            for each in report.put_back
        ],
        "reconciled": {"by": str(run.target), "trouble": run.problem} if run else None,
        "alarms_on": report.alarms_on,
    }


def _position(position: Position) -> dict[str, Any]:
    return {
        "version": position.version,
        "beside": position.additional_version,
        "weight": position.weight,
    }


def _print(report: RolloutReport) -> None:
    migrations = (report.migrated or {}).get("migrations", [])
    for name in migrations:
        output.print(Text(f"applied {name}"))
    for move in report.moved:
        output.print(Text(_moved(report, move)), soft_wrap=True)
    if not report.moved and not report.failure:
        output.print(f"every alias {report.release.alias} is already at its version")
    if report.canary and report.verdict:
        result = "passed" if report.verdict.passed else "failed"
        what = f"{report.canary.key} (version {report.canary.version_id})"
        output.print(Text(f"smoke test {result}: {what}: {report.verdict.reason}"), soft_wrap=True)
    if report.sources:
        already = "" if report.sources.changed else " already"
        output.print(f"version {report.sources.version:,} of the sources is in force{already}")
    for each in report.put_back:
        if each.problem is None:
            where = f"{each.function}:{report.release.alias}"
            output.print(Text(f"put back {where} to {each.origin}"), soft_wrap=True)
    if report.reconciler_run and report.reconciler_run.problem is None:
        output.print(Text(f"reconciled by {report.reconciler_run.target}"))
    if report.alarms_on:
        # CloudWatch mails when an alarm turns on, and never again while it stays so.
        output.print(
            Text(f"in ALARM, and not mailed again: {', '.join(report.alarms_on)}"), soft_wrap=True
        )


def _moved(report: RolloutReport, move: Move) -> str:
    where = f"{move.function}:{report.release.alias}"
    return f"moved {where} from {move.origin} to {move.to}"


def _problems(report: RolloutReport) -> Iterator[str]:
    if report.failure:
        yield report.failure
    if report.failure and not report.put_back and report.verdict:
        yield (
            "the aliases stay where they were moved to"
            if report.moved
            else "no alias was moved, so none could be put back"
        )
    if report.alarms_problem:
        yield f"which alarms are on is not known: {report.alarms_problem}"
    for each in report.put_back:
        if each.problem:
            yield _not_put_back(report.release.alias, each)
    if report.reconciler_run and report.reconciler_run.problem:
        yield (
            f"{report.reconciler_run.target} was to repair what the other version left, and failed:"
            f" {report.reconciler_run.problem}"
        )


def _not_put_back(alias: str, each: PutBack) -> str:
    position = f"is at {each.position}" if each.position else "could not be read"
    return (
        f"NOT PUT BACK: {each.function}:{alias} {position}, not at {each.origin}: {each.problem}."
        f" To put it back: aws lambda update-alias --function-name {each.function} --name {alias}"
        f" --function-version {each.origin.version} --routing-config AdditionalVersionWeights={{}}"
    )
