from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import click

from rowledger.cli.environment import environment_option
from rowledger.cli.output import as_json, output, print_rows
from rowledger.cli.parameters import json_option, login_name
from rowledger.cli.progress import spinner
from rowledger.cli.times import shown_time, utc_option
from rowledger.functions.domain.ledger_requests import ListPasses
from rowledger.functions.domain.receipt import timestamp
from rowledger.functions.domain.reconciliation import RepairKind, Verdict
from rowledger.functions.domain.reconciliation_pass import Pass, Totals
from rowledger.functions.domain.reconciliation_requests import ReconciliationRequest
from rowledger.functions.ports.ledger_queries import LedgerQueries
from rowledger.operations.ports.environment import Environment
from rowledger.wiring.operations import ledger_queries, reconciling

# What the ledger can hold, 68 years: more is a typing error.
_MAX_GRACE_SECONDS = 2**31 - 1


@click.command()
@environment_option
@click.option(
    "--grace",
    type=click.IntRange(min=0, max=_MAX_GRACE_SECONDS),
    metavar="SECONDS",
    help="Skip uploads without an outcome younger than this; default: the reconciler's setting.",
)
@click.option("--max-heals", type=click.IntRange(min=1), help="Repair at most this many uploads.")
@click.option("--dry-run", is_flag=True, help="Change nothing; list what would be repaired.")
@click.option(
    "--reason",
    default="rowledger reconcile",
    show_default=True,
    help="Why; it is kept in the ledger.",
)
@click.option("--by", help="Who; it is kept in the ledger.  [default: the login name]")
@click.option("--list", "list_only", is_flag=True, help="Only list the latest passes.")
@utc_option
@json_option("One JSON object.")
@click.pass_context
def reconcile(  # noqa: PLR0913 -- its options
    context: click.Context,
    environment: Environment,
    grace: int | None,
    max_heals: int | None,
    reason: str,
    by: str | None,
    *,
    dry_run: bool,
    list_only: bool,
    json_output: bool,
) -> None:
    """Compare every upload with its ledger row, receipt and backup; repair what is missing.

    csv-reconciler does it, part by part, and who asked for it is kept in the ledger. A pass that
    its schedule left unfinished is finished first. An interrupt leaves the rest to the next run, at
    the latest that of the schedule. --list shows the latest passes; a reader's rights suffice.

    Exits with 1 if an upload is missing or has a problem that could not be repaired, or if
    --max-heals ended the pass.

    Example: rowledger reconcile --dry-run
    """
    if not reason.strip():
        raise click.UsageError("--reason is empty")
    if list_only:
        _list(ledger_queries(environment), json_output=json_output)
        return
    service = reconciling(environment)
    with spinner() as show:
        on_progress = _progress(show)
        if dry_run:
            found = service.preview(grace, on_progress)
        else:
            request = ReconciliationRequest(
                by=by or login_name(),
                identity=environment.identity(),
                reason=reason,
                grace_seconds=grace,
                max_repairs=max_heals,
            )
            found = service.run(request, on_progress)
    if json_output:
        click.echo(as_json(document(found)))
    else:
        _print(found)
    context.exit(0 if found.clean else 1)


def _list(ledger: LedgerQueries, *, json_output: bool) -> None:
    passes = ledger.list_passes(ListPasses(requests=True))
    if json_output:
        for each in passes:
            requests = [asdict(request) for request in each.requests]
            click.echo(as_json({"began_at": each.began_at, **document(each), "requests": requests}))
        return
    if not passes:
        click.echo("There was no pass yet.")
        return
    # Not a table: three times do not fit beside each other on 80 columns.
    for each in passes:
        for line in _pass_lines(each):
            output.print(line, soft_wrap=True, markup=False)


def _pass_lines(found: Pass) -> tuple[str, ...]:
    totals = found.totals
    counts = (
        f"  received {totals.received:,}, missing {totals.verdicts[Verdict.MISSING]:,},"
        f" problems {totals.problem_count:,}"
    )
    began = f"pass {found.id}, began {shown_time(found.began_at)}"
    if found.ended_at is None or found.complete_through is None:
        return f"{began}, not finished", counts
    return (
        began,
        f"  ended {shown_time(found.ended_at)}",
        f"  complete through {shown_time(found.complete_through)}",
        counts,
    )


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
        output.print(f"complete through {shown_time(found.complete_through)}")


def _print_repairs(totals: Totals) -> None:
    for kind in RepairKind:
        if totals.needed[kind]:
            needed, repaired = totals.needed[kind], totals.repaired[kind]
            output.print(f"{kind.problem}: {needed:,}, of which {repaired:,} repaired")


def _print_problems(totals: Totals) -> None:
    if not totals.problem_count:
        return
    print_rows(
        ("upload", "version", "problem"),
        [(each.key, each.version_id, each.what) for each in totals.problems],
    )
    hidden = totals.problem_count - len(totals.problems)
    if hidden:
        output.print(f"and {hidden:,} more")
