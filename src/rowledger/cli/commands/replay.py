import getpass
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import click
from rich.text import Text

from rowledger.cli.output import as_json, output
from rowledger.cli.parameters import NumberRange, json_option, moment
from rowledger.cli.progress import item_progress
from rowledger.cli.tables import hidden_text, history_document, outcome_line, upload_document
from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.text import printable
from rowledger.operations.domain.replay import ReplayRequest, ReplaySource, Selection
from rowledger.operations.domain.replay_plan import ReplayStep
from rowledger.operations.ports.environment import Environment
from rowledger.operations.services.following import Sent, follow
from rowledger.operations.services.replay import Pace, Replay
from rowledger.wiring.environments import open_environment
from rowledger.wiring.operations import replay_service

# All that is selected is kept in memory.
_MAX_LIMIT = 1_000_000


@dataclass(frozen=True, slots=True)
class Options:
    """The command line, parsed."""

    key: str | None
    version_id: str | None
    prefix: str | None
    status: Status | None
    since: datetime | None
    until: datetime | None
    dead_letters: bool
    reason: str
    by: str | None
    rate: float
    limit: int
    dry_run: bool
    no_follow: bool
    timeout: float
    json_output: bool

    @property
    def selection(self) -> Selection:
        return Selection(
            self.key, self.version_id, self.prefix, self.status, self.since, self.until
        )


@click.command()
@click.option("--key", help="The uploads of this object key, in every version.")
@click.option("--version", "version_id", help="With --key: this version alone.")
@click.option("--prefix", help="The uploads whose keys begin so.")
@click.option("--status", type=click.Choice(list(Status)), help="The uploads of this status.")
@click.option(
    "--since",
    callback=moment,
    help="Received at this time or later: an age such as 2h, or ISO 8601.",
)
@click.option("--until", callback=moment, help="Received before this: an age or ISO 8601.")
@click.option("--dead-letters", is_flag=True, help="Choose from the failure queue.")
@click.option("--reason", required=True, help="Why; it is kept in the ledger.")
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
@json_option("One JSON object a line.")
@click.pass_context
def replay(context: click.Context, /, **given: Any) -> None:  # noqa: ANN401 -- Options has their types
    """Send uploads through the function again, and follow them to their outcome.

    They are chosen from the ledger, oldest first: each row is reopened and gets a new attempt,
    while its earlier outcome stays on record. A row with an outcome stays as it is if its version
    is no longer in the bucket. With --dead-letters they are chosen from the failure queue, and an
    upload that has an outcome by now is not processed again. At least one selector is required;
    each further one narrows the choice.

    Exits with 1 if a file was rejected or had no outcome in time.

    Example: rowledger replay --prefix 2026/11/ --status FAILED --reason "wrong header setting"
    """
    options = Options(**given)
    request = _request(options)
    environment = open_environment()
    with replay_service(environment) as service:
        with service.planned(options.selection, request.source, limit=options.limit) as steps:
            if options.dry_run:
                sent = _dry_run(service, steps, options)
            else:
                sent = _run(service, steps, request, options)
        hidden = service.held_elsewhere() if options.dead_letters and not steps else 0
    if hidden:
        click.echo(hidden_text(hidden), err=True)
    elif not steps and not options.json_output:
        click.echo("Nothing is selected.")
    if len(steps) == options.limit:
        click.echo(f"the limit of {options.limit} is reached; there may be more", err=True)
    if not options.no_follow and _follow(environment, sent, options):
        context.exit(1)


def _request(options: Options) -> ReplayRequest:
    """Raise UsageError where what is asked for makes no replay."""
    if options.selection == Selection() and not options.dead_letters:
        raise click.UsageError(
            "choose with --key, --prefix, --status, --since, --until or --dead-letters"
        )
    for name, text in (
        ("--key", options.key),
        ("--version", options.version_id),
        ("--prefix", options.prefix),
    ):
        if text == "":
            # Mostly a variable of the shell that is not set; and an empty prefix is every key's.
            raise click.UsageError(f"{name} is empty")
    if options.version_id and not options.key:
        raise click.UsageError("--version needs the --key that it is a version of")
    if options.dead_letters and options.status:
        raise click.UsageError("--status chooses rows of the ledger, not --dead-letters")
    if not options.reason.strip():
        raise click.UsageError("--reason is empty")
    source = ReplaySource.DEAD_LETTERS if options.dead_letters else ReplaySource.LEDGER
    return ReplayRequest(options.by or _login(), options.reason, source)


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        raise click.UsageError("this account has no login name: say who with --by") from None


def _dry_run(service: Replay, steps: list[ReplayStep], options: Options) -> list[Sent]:
    """Print what would be done; nothing is sent."""
    for each in service.preview(steps):
        _print_step(each.step, each.skipped, options, would=True)
    return []


def _run(
    service: Replay, steps: list[ReplayStep], request: ReplayRequest, options: Options
) -> list[Sent]:
    """Print each step as it is done; return the uploads whose events were sent."""
    sent = []
    pace = Pace(options.rate, time.monotonic, time.sleep)
    with item_progress() as progress:
        task = progress.add_task("sending", total=len(steps))
        for each in service.run(steps, request, pace):
            _print_step(each.step, each.skipped, options, would=False)
            if each.skipped is None:
                sent += [Sent(upload.key, upload.version_id) for upload in each.step.uploads]
            progress.advance(task)
    return sent


def _print_step(step: ReplayStep, skipped: str | None, options: Options, *, would: bool) -> None:
    if options.json_output:
        click.echo(as_json(_document(step, skipped)))
        return
    uploads = [
        f"{printable(upload.key)} (version {printable(upload.version_id)}, {status or 'no row'})"
        for upload, status in zip(step.uploads, step.statuses, strict=True)
    ]
    what = ", ".join(uploads) or f"dead letter {step.message.id if step.message else ''}"
    if skipped:
        verb, why = ("would leave" if would else "left"), f": {printable(skipped)}"
    else:
        verb, why = ("would send" if would else "sent"), ""
    output.print(Text(f"{verb}  {what}{why}"), soft_wrap=True)


def _document(step: ReplayStep, skipped: str | None) -> dict[str, Any]:
    return {
        "action": "skip" if skipped else "send",
        "skipped": skipped,
        "dead_letter": step.message.id if step.message else None,
        "uploads": [
            {**upload_document(upload), "status": status}
            for upload, status in zip(step.uploads, step.statuses, strict=True)
        ],
    }


def _follow(environment: Environment, sent: list[Sent], options: Options) -> bool:
    """Print each outcome; whether one was a rejection."""
    rejected = False
    with environment.ledger() as ledger:
        for history in follow(ledger, sent, timeout=options.timeout):
            rejected |= history.row.status is Status.FAILED
            if options.json_output:
                click.echo(as_json({"action": "outcome", "ledger": history_document(history)}))
            else:
                output.print(outcome_line(history.row), soft_wrap=True)
    return rejected
