import math
import uuid
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import click
from rich.text import Text

from rowledger.cli.output import as_json, output, table_of
from rowledger.cli.parameters import json_option
from rowledger.cli.progress import spinner
from rowledger.functions.domain.receipt import timestamp
from rowledger.functions.domain.reconciliation import RepairKind, Verdict
from rowledger.functions.domain.reconciliation_pass import Pass, Totals
from rowledger.functions.services.reconciliation import Limits
from rowledger.wiring.environments import open_environment
from rowledger.wiring.operations import reconciliation_service

# A hundred years: more is a typing error, and soon beyond the last date.
_MAX_GRACE_SECONDS = 100 * 366 * 86_400


@click.command()
@click.option(
    "--grace",
    type=click.IntRange(min=0, max=_MAX_GRACE_SECONDS),
    metavar="SECONDS",
    help="Skip uploads without an outcome younger than this; default: the reconciler's setting.",
)
@click.option("--max-heals", type=click.IntRange(min=1), help="Repair at most this many uploads.")
@click.option("--dry-run", is_flag=True, help="Change nothing; list what would be repaired.")
@json_option("One JSON object.")
@click.pass_context
def reconcile(
    context: click.Context,
    grace: int | None,
    max_heals: int | None,
    *,
    dry_run: bool,
    json_output: bool,
) -> None:
    """Compare every upload with its ledger row, receipt and backup; repair what is missing.

    A pass that the scheduled reconciler left unfinished is finished first. Exits with 1 if an
    upload is missing or has a problem that could not be repaired, or if --max-heals ended the pass.

    Example: rowledger reconcile --dry-run
    """
    environment = open_environment()
    with (
        reconciliation_service(environment, grace_seconds=grace) as (service, repair_seconds),
        spinner() as show,
    ):
        on_progress = _progress(show)
        limits = Limits(repairs=max_heals or math.inf, repair_seconds=repair_seconds)
        if dry_run:
            found = service.preview(limits, on_progress)
        else:
            request_id = f"rowledger-reconcile-{uuid.uuid4()}"
            found = service.run_whole_pass(request_id, limits, on_progress)
    if json_output:
        click.echo(as_json(document(found)))
    else:
        _print(found)
    context.exit(0 if found.clean else 1)


def document(found: Pass) -> dict[str, Any]:
    """A pass as JSON: the balance, what was repaired by kind, the problems, and T."""
    totals = found.totals
    return {
        "pass": found.id or None,
        "finished": found.ended_at is not None,
        "balanced": totals.balanced,
        "received": totals.received,
        **{str(verdict): count for verdict, count in totals.verdicts.items()},
        "ignored": totals.ignored,
        "needed": totals.needed,
        "healed": totals.repaired,
        "offender_count": totals.problem_count,
        "offenders": [asdict(problem) for problem in totals.problems],
        "complete_through": timestamp(found.complete_through) if found.complete_through else None,
    }


def _progress(show: Callable[[str], None]) -> Callable[[Totals], None]:
    def on_progress(totals: Totals) -> None:
        repaired = sum(totals.repaired.values())
        show(f"{totals.received:,} uploads compared, {repaired:,} repaired")

    return on_progress


def _print(found: Pass) -> None:
    totals = found.totals
    counts = totals.verdicts
    output.print(
        f"received {totals.received:,} = {counts[Verdict.SUCCEEDED]:,} succeeded"
        f" + {counts[Verdict.REJECTED]:,} rejected + {counts[Verdict.IN_FLIGHT]:,} in flight"
        f" + {counts[Verdict.MISSING]:,} missing",
        soft_wrap=True,
    )
    if not totals.balanced:
        output.print("[red]this does not balance[/]")
    _print_repairs(totals)
    _print_problems(totals)
    if found.complete_through is None:
        output.print("the pass is not finished; the next run goes on where this one stopped")
    else:
        output.print(f"complete through {timestamp(found.complete_through)}")


def _print_repairs(totals: Totals) -> None:
    for kind in RepairKind:
        if totals.needed[kind]:
            needed, repaired = totals.needed[kind], totals.repaired[kind]
            output.print(f"{kind.problem}: {needed:,}, of which {repaired:,} repaired")


def _print_problems(totals: Totals) -> None:
    if not totals.problem_count:
        return
    table = table_of("upload", "version", "problem")
    for problem in totals.problems:
        table.add_row(*(Text(each) for each in (problem.key, problem.version_id, problem.what)))
    output.print(table)
    hidden = totals.problem_count - len(totals.problems)
    if hidden:
        output.print(f"and {hidden:,} more")
