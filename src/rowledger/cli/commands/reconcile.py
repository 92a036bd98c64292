import math
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from rowledger.cli.output import output, spinner
from rowledger.cli.tables import as_json
from rowledger.functions.adapters.aws.notifier import SnsNotifier
from rowledger.functions.adapters.aws.storage import S3Storage
from rowledger.functions.adapters.fixed_credentials import FixedCredentials
from rowledger.functions.config import ReconcilerConfig
from rowledger.functions.domain.receipt import timestamp
from rowledger.functions.domain.reconciliation import Heal, Pass, Totals, Verdict
from rowledger.functions.services.reconciliation import Reconcile
from rowledger.functions.services.settling import Limits
from rowledger.functions.wiring import (
    RESERVE_SECONDS,
    bootstrap,
    bootstrap_reconciliation,
    open_ledger,
    open_reconciliation,
)
from rowledger.local.stack import Stack, open_stack

# A hundred years: more than that is a slip of the hand, and soon more than a date can hold.
_MAX_GRACE_SECONDS = 100 * 366 * 86_400


@click.command()
@click.option(
    "--grace",
    type=click.IntRange(min=0, max=_MAX_GRACE_SECONDS),
    metavar="SECONDS",
    help="Leave younger uploads without an outcome alone; else as the reconciler's setting says.",
)
@click.option("--max-heals", type=click.IntRange(min=1), help="Mend at most so many uploads.")
@click.option("--dry-run", is_flag=True, help="Change nothing; list what would be mended.")
@click.option("--json", "json_output", is_flag=True, help="One JSON object.")
@click.pass_context
def reconcile(
    context: click.Context,
    grace: int | None,
    max_heals: int | None,
    *,
    dry_run: bool,
    json_output: bool,
) -> None:
    """Hold every upload in the bucket against ledger, receipts and backups, and mend what is amiss.

    A pass that the scheduled reconciler left unfinished is finished first. Exits with 1 if an
    upload is missing or amiss and could not be mended, or if --max-heals ended the pass.

    Example: rowledger reconcile --dry-run
    """
    stack = open_stack()
    with _reconciliation_of(stack, grace) as (reconciling, heal_seconds), spinner() as progress:
        told = _progress(progress)
        limits = Limits(heals=max_heals or math.inf, heal_seconds=heal_seconds)
        if dry_run:
            found = reconciling.rehearse(limits, told=told)
        else:
            found = _whole_pass(reconciling, limits, told)
    if json_output:
        click.echo(as_json(document(found)))
    else:
        _print(found)
    context.exit(0 if found.clean else 1)


def document(found: Pass) -> dict[str, Any]:
    """A pass as JSON: the balance, what was mended by kind, the offenders and T."""
    totals = found.totals
    return {
        "pass": found.id or None,
        "finished": found.ended_at is not None,
        "balanced": totals.balanced,
        "received": totals.received,
        **{str(verdict): count for verdict, count in totals.verdicts.items()},
        "ignored": totals.ignored,
        "needed": totals.needed,
        "healed": totals.healed,
        "offender_count": totals.offender_count,
        "offenders": [asdict(offender) for offender in totals.offenders],
        "complete_through": timestamp(found.complete_through) if found.complete_through else None,
    }


@contextmanager
def _reconciliation_of(stack: Stack, grace: int | None) -> Iterator[tuple[Reconcile, float]]:
    """Reconciliation on the local stack, and the seconds that it may take for one upload."""
    config = ReconcilerConfig.from_environment(stack.settings)
    if grace is not None:
        config = replace(config, reconcile_grace_seconds=grace)
    ledger = open_ledger(config, FixedCredentials(stack.database.function.credentials))
    app = bootstrap(
        config,
        ledger=ledger,
        storage=S3Storage(stack.client("s3"), config.output_bucket, config.backup_bucket),
        notifier=SnsNotifier(stack.client("sns"), config.topic_arn),
    )
    try:
        yield (
            bootstrap_reconciliation(app, open_reconciliation(ledger), config),
            config.lease_seconds - RESERVE_SECONDS,
        )
    finally:
        ledger.database.close()


def _whole_pass(reconciling: Reconcile, limits: Limits, told: Callable[[Totals], None]) -> Pass:
    request_id = f"rowledger-reconcile-{uuid.uuid4()}"
    found = reconciling.run(request_id, limits, told=told)
    if found.run > 1 and found.ended_at is not None:
        # It was begun earlier: what came since may stand at a place that it had passed.
        limits = replace(limits, heals=limits.heals - found.mended)
        found = reconciling.run(request_id, limits, told=told)
    return found


def _progress(show: Callable[[str], None]) -> Callable[[Totals], None]:
    def told(totals: Totals) -> None:
        mended = sum(totals.healed.values())
        show(f"{totals.received:,} uploads compared, {mended:,} mended")

    return told


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
    _print_heals(totals)
    _print_offenders(totals)
    if found.complete_through is None:
        output.print("the pass is not finished; the next run goes on where this one stopped")
    else:
        output.print(f"complete through {timestamp(found.complete_through)}")


def _print_heals(totals: Totals) -> None:
    for heal in Heal:
        if totals.needed[heal]:
            output.print(
                f"{heal.wrong}: {totals.needed[heal]:,}, of which {totals.healed[heal]:,} mended"
            )


def _print_offenders(totals: Totals) -> None:
    if not totals.offender_count:
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("offender", "version", "what is wrong"):
        table.add_column(name, overflow="fold")
    for offender in totals.offenders:
        table.add_row(*(Text(each) for each in (offender.key, offender.version_id, offender.what)))
    output.print(table)
    hidden = totals.offender_count - len(totals.offenders)
    if hidden:
        output.print(f"and {hidden:,} more")
