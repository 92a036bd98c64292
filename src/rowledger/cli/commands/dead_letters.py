from typing import Any

import click
from rich.text import Text

from rowledger.cli.output import output, spinner, table_of
from rowledger.cli.tables import as_json, held_text, local_time, upload_document
from rowledger.functions.domain.text import printable
from rowledger.local.stack import open_stack
from rowledger.operations.domain.dead_letters import DeadLetter
from rowledger.wiring.replay import replay_of


@click.command()
@click.option("--json", "json_output", is_flag=True, help="One JSON object a line.")
def dead_letters(*, json_output: bool) -> None:
    """The events that failed for good: when, which uploads, why, after how many tries.

    They stay in the failure queue; `rowledger replay --dead-letters` sends them again.

    Example: rowledger dead-letters
    """
    with replay_of(open_stack()) as replay, spinner() as progress:
        progress("reading the failure queue")
        with replay.dead_letters.held() as messages:
            letters = replay.letters(messages)
        held_elsewhere = 0 if letters else replay.dead_letters.hidden()
    if json_output:
        for letter in letters:
            click.echo(as_json(_document(letter)))
    elif letters:
        _print(letters)
    elif not held_elsewhere:
        click.echo("The failure queue is empty.")
    if held_elsewhere:
        click.echo(held_text(held_elsewhere), err=True)


def _print(letters: list[DeadLetter]) -> None:
    table = table_of("failed", "uploads", "reason", "tries")
    for letter in letters:
        trouble = f"(cannot be replayed: {letter.trouble})" if letter.trouble else ""
        table.add_row(
            local_time(letter.message.sent_at),
            # Text, not markup: brackets in a key are brackets.
            Text("\n".join(printable(upload.key) for upload in letter.uploads)),
            Text(printable(f"{letter.reason} {trouble}".strip())),
            "" if letter.tries is None else str(letter.tries),
        )
    output.print(table)


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
