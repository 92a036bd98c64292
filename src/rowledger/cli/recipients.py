"""`rowledger sources recipients`: who is mailed about which source."""

from pathlib import Path
from typing import Any

import click

from rowledger.cli.environment import environment_option
from rowledger.cli.output import print_json, print_rows
from rowledger.cli.parameters import json_option
from rowledger.cli.source_files import FILE, read_whole
from rowledger.functions.domain.text import printable
from rowledger.operations.domain.recipients import CHANGES, PlannedRecipient, RecipientAction
from rowledger.operations.ports.environment import Environment
from rowledger.wiring.operations import recipients_service

_NOTES = {
    RecipientAction.UNCONFIRMED: "SNS asked them; run this once more after they confirm",
    RecipientAction.NOT_OURS: "subscribed in another way, such as to every mail; left as it is",
}


@click.command()
@environment_option
@click.argument("path", metavar="FILE", type=FILE)
@click.option("--dry-run", is_flag=True, help="Only print what would be done.")
@json_option("One JSON object.")
def recipients(environment: Environment, path: Path, *, dry_run: bool, json_output: bool) -> None:
    """Subscribe the recipients in a file of sources (`told`), and no others, to their mails.

    Whoever is new gets a mail by AWS with a link, and no other mail before they open it. Whoever is
    no longer in the file is unsubscribed. Subscriptions that were made in another way stay.

    Example: rowledger sources recipients sources.yaml --dry-run
    """
    service = recipients_service(environment)
    planned = service.plan(read_whole(path).recipients)
    if not json_output:
        _print(planned)
    made = 0 if dry_run else sum(1 for _ in service.apply(planned))
    if json_output:
        print_json({"recipients": [_document(each) for each in planned], "changed": made})
    elif dry_run:
        click.echo("nothing was changed: a dry run")
    else:
        click.echo(f"{made:,} subscription{'' if made == 1 else 's'} changed")


def _print(planned: list[PlannedRecipient]) -> None:
    if not planned:
        click.echo("no source in the file has recipients (told), and nobody is subscribed as one")
        return
    rows = [
        (each.action, printable(each.email), _wants(each), _NOTES.get(each.action, ""))
        for each in planned
    ]
    print_rows(("action", "address", "wants", "note"), rows)


def _wants(each: PlannedRecipient) -> str:
    before, after = (", ".join(sorted(values)) for values in (each.before, each.after))
    if each.action is RecipientAction.CHANGE:
        return f"{after} (until now {before})"
    return after or before


def _document(each: PlannedRecipient) -> dict[str, Any]:
    return {
        "action": each.action,
        "email": each.email,
        "before": sorted(each.before),
        "after": sorted(each.after),
        "changes": each.action in CHANGES,
    }
