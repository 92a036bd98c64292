import time
from dataclasses import dataclass, replace
from typing import Any

import click
from rich.text import Text

from rowledger.cli.environment import environment_option
from rowledger.cli.output import as_json, output
from rowledger.cli.parameters import NumberRange, json_option, login_name
from rowledger.cli.progress import item_progress, paused
from rowledger.cli.selection import selection_options
from rowledger.cli.tables import hidden_text, outcome_line, upload_document
from rowledger.cli.times import shown_time, utc_option
from rowledger.cli.uploads import say_what_is_safe
from rowledger.functions.domain.faults import FaultError
from rowledger.functions.domain.ledger import InProgress
from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.replay import ReplayRequest, ReplaySource
from rowledger.functions.domain.selection import Selection
from rowledger.functions.domain.text import printable
from rowledger.functions.domain.upload import UploadName
from rowledger.operations.domain.replay_plan import ReplayStep
from rowledger.operations.domain.rows import row_document
from rowledger.operations.ports.environment import Environment
from rowledger.operations.services.following import follow
from rowledger.operations.services.replay import Pace, Replay
from rowledger.wiring.operations import ledger_queries, replay_service

# All that is selected is kept in memory.
_MAX_LIMIT = 1_000_000


@dataclass(frozen=True, slots=True)
class Options:
    """The command line, parsed."""

    selection: Selection
    dead_letters: bool
    reason: str | None
    by: str | None
    rate: float
    limit: int
    dry_run: bool
    no_follow: bool
    timeout: float
    json_output: bool

    @property
    def source(self) -> ReplaySource:
        return ReplaySource.DEAD_LETTERS if self.dead_letters else ReplaySource.LEDGER


@click.command()
@environment_option
@selection_options
@click.option("--version", "version_id", help="With --key: this version alone.")
@click.option("--dead-letters", is_flag=True, help="Choose from the failure queue.")
@click.option("--reason", help="Why; it is kept in the ledger. A dry run needs none.")
@click.option("--by", help="Who; it is kept in the ledger.  [default: the login name]")
@click.option(
    "--rate",
    type=NumberRange(min=0, min_open=True),
    default=10,
    show_default=True,
    help="Events a second.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=1, max=_MAX_LIMIT),
    default=1000,
    show_default=True,
    help="Events.",
)
@click.option("--dry-run", is_flag=True, help="Only print what would be done.")
@click.option("--no-follow", is_flag=True, help="Do not wait for the outcomes.")
@click.option(
    "--timeout",
    type=NumberRange(min=1),
    default=120,
    show_default=True,
    help="Seconds to wait for the outcomes.",
)
@utc_option
@json_option("One JSON object a line.")
@click.pass_context
def replay(
    context: click.Context,
    /,
    environment: Environment,
    selection: Selection,
    version_id: str | None,
    **given: Any,  # noqa: ANN401 -- Options has their types
) -> None:
    """Send uploads through the function again, and follow them to their outcome.

    They are chosen from the ledger, oldest first: each row is reopened and gets a new attempt,
    while its earlier outcome stays on record. A row with an outcome stays as it is if its version
    is no longer in the bucket. With --dead-letters they are chosen from the failure queue, and an
    upload that has an outcome by now is not processed again. At least one selector is required;
    each further one narrows the choice.

    Exits with 1 if nothing is selected, if a file was rejected, or if one had no outcome in time.

    Example: rowledger replay --prefix 2026/11/ --status FAILED --reason "wrong header setting"
    """
    options = Options(selection=replace(selection, version_id=version_id), **given)
    _check(options)
    service = replay_service(environment)
    with service.planned(options.selection, options.source, limit=options.limit) as steps:
        if options.dry_run:
            sent = _dry_run(service, steps, options)
        else:
            request = _request(options, environment)
            sent = _run(service, steps, request, options)
    hidden = service.held_elsewhere() if options.dead_letters and not steps else 0
    if hidden:
        click.echo(hidden_text(hidden), err=True)
    elif not steps:
        click.echo("No upload is selected.", err=True)
        context.exit(1)
    if len(steps) == options.limit:
        click.echo(f"the limit of {options.limit} is reached; there may be more", err=True)
    if options.no_follow or not sent:
        return
    try:
        rejected = _follow(environment, sent, options)
    except (KeyboardInterrupt, FaultError):
        say_what_is_safe(sent)
        raise
    if rejected:
        context.exit(1)


def _check(options: Options) -> None:
    """Raise UsageError where what is asked for makes no replay."""
    selection = options.selection
    if selection == Selection() and not options.dead_letters:
        raise click.UsageError(
            "choose with --key, --prefix, --name, --status, --code, --warned, --on, --since,"
            " --until or --dead-letters"
        )
    if selection.version_id == "":
        raise click.UsageError("--version is empty")
    if selection.version_id and not selection.key:
        raise click.UsageError("--version needs the --key that it is a version of")
    for name, value in (
        ("--status", selection.status),
        ("--code", selection.code),
        ("--warned", selection.warned),
    ):
        if options.dead_letters and value:
            raise click.UsageError(f"{name} chooses rows of the ledger, not --dead-letters")
    if not options.dry_run and options.reason is None:
        raise click.UsageError("say why with --reason; it is kept in the ledger")
    if options.reason is not None and not options.reason.strip():
        raise click.UsageError("--reason is empty")


def _request(options: Options, environment: Environment) -> ReplayRequest:
    return ReplayRequest(
        options.by or login_name(), options.reason or "", options.source, environment.identity()
    )


def _dry_run(service: Replay, steps: list[ReplayStep], options: Options) -> list[UploadName]:
    """Print what would be done; nothing is sent."""
    for each in service.preview(steps):
        _print_step(each.step, each.skipped, options, would=True)
    return []


def _run(
    service: Replay, steps: list[ReplayStep], request: ReplayRequest, options: Options
) -> list[UploadName]:
    """Print each step as it is done; return the uploads whose events were sent."""
    sent: list[UploadName] = []
    pace = Pace(options.rate, time.monotonic, time.sleep)
    with item_progress() as progress:
        task = progress.add_task("sending", total=len(steps))
        try:
            for each in service.run(steps, request, pace):
                with paused(progress):
                    _print_step(each.step, each.skipped, options, would=False)
                if each.skipped is None:
                    sent += [upload.name for upload in each.step.uploads]
                progress.advance(task)
        except (KeyboardInterrupt, FaultError):
            with paused(progress):
                say_what_is_safe(sent)
            raise
    return sent


def _print_step(
    step: ReplayStep, skipped: str | InProgress | None, options: Options, *, would: bool
) -> None:
    if options.json_output:
        click.echo(as_json(_document(step, skipped)))
        return
    uploads = [
        f"{printable(upload.key)} (version {printable(upload.version_id)}, {status or 'no row'})"
        for upload, status in zip(step.uploads, step.statuses, strict=True)
    ]
    what = ", ".join(uploads) or f"dead letter {step.message.id if step.message else ''}"
    if skipped:
        reason = (
            f"in progress (until {shown_time(skipped.until)})"
            if isinstance(skipped, InProgress)
            else printable(skipped)
        )
        verb, why = ("would leave" if would else "left"), f": {reason}"
    else:
        verb, why = ("would send" if would else "sent"), ""
    output.print(Text(f"{verb}  {what}{why}"), soft_wrap=True)


def _document(step: ReplayStep, skipped: str | InProgress | None) -> dict[str, Any]:
    if isinstance(skipped, InProgress):
        skipped = f"in progress (until {skipped.until})"
    return {
        "action": "skip" if skipped else "send",
        "skipped": skipped,
        "dead_letter": step.message.id if step.message else None,
        "uploads": [
            {**upload_document(upload), "status": status}
            for upload, status in zip(step.uploads, step.statuses, strict=True)
        ],
    }


def _follow(environment: Environment, sent: list[UploadName], options: Options) -> bool:
    """Print each outcome; whether one was a rejection."""
    rejected = False
    for row in follow(ledger_queries(environment), sent, timeout=options.timeout):
        rejected |= row.status is Status.FAILED
        if options.json_output:
            click.echo(as_json({"action": "outcome", "ledger": row_document(row)}))
        else:
            output.print(outcome_line(row), soft_wrap=True)
    return rejected
