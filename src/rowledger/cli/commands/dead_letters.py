from typing import Any

import click

from rowledger.cli.environment import environment_option
from rowledger.cli.output import as_json, print_rows
from rowledger.cli.parameters import json_option
from rowledger.cli.progress import spinner
from rowledger.cli.tables import hidden_text, upload_document
from rowledger.cli.times import shown_time, utc_option
from rowledger.functions.domain.text import printable
from rowledger.operations.domain.dead_letters import DeadLetter
from rowledger.operations.ports.environment import Environment
from rowledger.wiring.operations import replay_service


@click.command()
@environment_option
@utc_option
@json_option("One JSON object a line.")
def dead_letters(environment: Environment, *, json_output: bool) -> None:
    """The events that failed for good: when, which uploads, why, after how many tries.

    They stay in the failure queue; `rowledger replay --dead-letters` sends them again.

    Example: rowledger dead-letters
    """
    service = replay_service(environment)
    with spinner() as on_progress:
        on_progress("reading the failure queue")
        letters = service.dead_letters()
        hidden = 0 if letters else service.held_elsewhere()
    if json_output:
        for letter in letters:
            click.echo(as_json(_document(letter)))
    elif letters:
        _print(letters)
    elif not hidden:
        click.echo("The failure queue is empty.")
    if hidden:
        click.echo(hidden_text(hidden), err=True)


def _print(letters: list[DeadLetter]) -> None:
    rows = []
    for letter in letters:
        trouble = f"(cannot be replayed: {letter.trouble})" if letter.trouble else ""
        rows.append(
            (
                shown_time(letter.message.sent_at),
                "\n".join(printable(upload.key) for upload in letter.uploads),
                printable(f"{letter.reason} {trouble}".strip()),
                "" if letter.tries is None else str(letter.tries),
            )
        )
    print_rows(("failed", "uploads", "reason", "tries"), rows)


def _document(letter: DeadLetter) -> dict[str, Any]:
    return {
        "id": letter.message.id,
        "failed_at": letter.message.sent_at,
        "reason": letter.reason,
        "tries": letter.tries,
        "trouble": letter.trouble,
        "uploads": [upload_document(upload) for upload in letter.uploads],
        "event": letter.event,
    }
