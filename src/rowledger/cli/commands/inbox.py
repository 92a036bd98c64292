from datetime import datetime
from typing import Any

import click

from rowledger.cli.output import print_json, print_rows
from rowledger.cli.parameters import json_option, moment
from rowledger.cli.times import shown_time, utc_option
from rowledger.functions.domain.text import escaped
from rowledger.local.layout import find_layout
from rowledger.local.mail.inbox import Mail, arrived, mails


@click.command()
@click.argument("number", type=click.IntRange(min=1), required=False)
@click.option("--last", is_flag=True, help="Show the newest mail.")
@click.option("--subject", help="List those with this in the subject, in any case.")
@click.option("--since", callback=moment, help="List those since an age (10m, 2h) or a time.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many mails.")
@utc_option
@json_option("Print JSON: a list, or one mail.")
@click.pass_context
def inbox(
    context: click.Context,
    /,
    number: int | None,
    subject: str | None,
    since: datetime | None,
    limit: int | None,
    *,
    last: bool,
    json_output: bool,
) -> None:
    """List the mails that arrived, the newest first, or show the one with a NUMBER.

    The inbox can be read while the stack is down.

    Exits with 1 if nothing is selected.

    Example: rowledger inbox --last
    """
    if number is not None and last:
        raise click.UsageError("give either a NUMBER or --last")
    everything = mails(find_layout().inbox)
    if number is None and not last:
        found = [mail for mail in everything[::-1] if _is_wanted(mail, subject, since)]
        if not found and (subject is not None or since is not None):
            if json_output:
                print_json([])
            click.echo("No mail is selected.", err=True)
            context.exit(1)
        _list(found[:limit], json_output=json_output)
        return
    chosen = everything[-1:] if last else [mail for mail in everything if mail.number == number]
    if not chosen:
        raise click.ClickException(f"there is no such mail: the inbox has {len(everything)}")
    _show(chosen[0], json_output=json_output)


def _is_wanted(mail: Mail, subject: str | None, since: datetime | None) -> bool:
    named = subject is None or subject.lower() in str(mail.content["Subject"]).lower()
    return named and (since is None or arrived(mail) >= since)


def _list(everything: list[Mail], *, json_output: bool) -> None:
    if json_output:
        print_json([_summary(mail) for mail in everything])
        return
    rows = []
    for mail in everything:
        content = mail.content
        to, subject = (escaped(str(content[name])) for name in ("To", "Subject"))
        rows.append((str(mail.number), shown_time(arrived(mail)), to, subject))
    print_rows(("number", "arrived", "to", "subject"), rows)


def _show(mail: Mail, *, json_output: bool) -> None:
    content = mail.content
    body = content.get_content()
    if json_output:
        headers = {name: str(value) for name, value in content.items()}
        print_json({**_summary(mail), "headers": headers, "body": body})
        return
    for name, value in content.items():
        click.echo(escaped(f"{name}: {value}"))
    click.echo()
    for line in body.replace("\r\n", "\n").split("\n"):
        click.echo(escaped(line, keep="\t"))


def _summary(mail: Mail) -> dict[str, Any]:
    content = mail.content
    return {
        "number": mail.number,
        "arrived": arrived(mail).isoformat(timespec="milliseconds"),
        "to": str(content["To"]),
        "subject": str(content["Subject"]),
    }
