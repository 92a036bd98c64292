"""The pipeline at work on sample files, good and bad, each checked against its outcome."""

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import click

from rowledger.cli.demo_windows import DueWindows, close_earlier_incidents
from rowledger.cli.output import output, show_json
from rowledger.cli.parameters import login_name
from rowledger.cli.tables import files_table, outcome_line
from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.sources.versions import SourcesChange
from rowledger.functions.domain.sources_requests import ShowSources
from rowledger.functions.domain.text import printable
from rowledger.local.mail.inbox import Mail, mails
from rowledger.local.processes import console
from rowledger.local.samples import SAMPLES, Sample
from rowledger.local.source_samples import DEMO_SOURCES, source_samples, sources_for_run
from rowledger.local.stack import Stack
from rowledger.local.window_samples import WINDOW_SAMPLES, daily_at, next_due
from rowledger.operations.ports.archive import Archive
from rowledger.operations.ports.environment import Environment
from rowledger.operations.services.following import follow, send
from rowledger.wiring.console_extra import HOW_TO_INSTALL_CONSOLE, console_is_installed
from rowledger.wiring.environments import local_environment
from rowledger.wiring.local_stack import start_local_stack
from rowledger.wiring.operations import applying_sources, archive, ledger_queries, uploader
from rowledger.wiring.sources import read_sources

_OUTCOME_SECONDS = 60.0
# A mail beyond the budget comes in a digest: within a minute, and the minute of the schedule.
_MAIL_SECONDS = 150.0
_POLL_SECONDS = 0.1
# More than a mail takes of the local stack's budget of 240 a minute: none waits for a digest.
_PAUSE_SECONDS = 0.3


@dataclass(slots=True)
class Case:
    """A sample that was uploaded, and what is not as expected."""

    sample: Sample
    row: LedgerRow
    mail: Mail | None = None
    problems: list[str] = field(default_factory=list)


@click.command()
@click.pass_context
def demo(context: click.Context) -> None:
    """Start the local stack and show the pipeline at work on sample files.

    Exits with 0 only if each file reached its expected outcome.

    Example: rowledger demo
    """
    stack = start_local_stack(lambda step: output.print(f"· {step}"))
    environment = local_environment(stack.layout)
    kept = archive(environment)
    close_earlier_incidents(environment)
    windows, prefixes = _apply_sources(stack, environment)
    output.rule("a file that is due, in time", align="left")
    in_time = [each.file(prefixes[each.source]) for each in WINDOW_SAMPLES if each.on_time]
    cases = _run_samples(environment, in_time)
    output.rule("files and their outcomes", align="left")
    cases += _run_samples(environment, SAMPLES)
    output.rule("files of a source, and what it makes of them", align="left")
    cases += _run_samples(environment, source_samples(prefixes["demo-orders"]))
    output.rule("files that are missing, and one that comes late", align="left")
    windows.wait()
    late = [each.file(prefixes[each.source]) for each in WINDOW_SAMPLES if each.late]
    cases += _run_samples(environment, late)
    windows.check()
    windows.show()
    _await_mails(stack.inbox_dir, cases)
    for case in cases:
        _check(kept, case)
    _show_rows(kept, [case.row for case in cases], environment.names.backup_bucket)
    _show_mails(stack.inbox_dir, cases)
    _show_alarms(environment)
    _show_commands(stack)
    bad = [case for case in cases if case.problems]
    for case in bad:
        output.print(f"{case.sample.name}: {'; '.join(case.problems)}", style="red")
    problems = {source: each for source, each in windows.problems().items() if each}
    for source, each in problems.items():
        output.print(f"{source}: {'; '.join(each)}", style="red")
    due, right = len(WINDOW_SAMPLES), len(WINDOW_SAMPLES) - len(problems)
    click.echo(
        f"demo: {len(cases)} files, {len(cases) - len(bad)} as expected;"
        f" {due} due files, {right} as expected"
    )
    context.exit(1 if bad or problems else 0)


def _apply_sources(stack: Stack, environment: Environment) -> tuple[DueWindows, dict[str, str]]:
    """Put the demo's sources into force, beside others; return the prefix of each by its name."""
    found = ledger_queries(environment).show_sources(ShowSources())
    now = datetime.now(UTC)
    run, due = f"{now:%Y%m%dt%H%M%S}", next_due(now)
    demo_sources = read_sources(DEMO_SOURCES).documents
    documents = sources_for_run(
        run,
        daily_at(due),
        demo_sources,
        found.document["sources"] if found else (),
    )
    change = SourcesChange(
        login_name(), {"version": 1, "sources": documents}, environment.identity(), "the demo"
    )
    applied = applying_sources(environment).apply(change)
    mine = documents[-len(demo_sources) :]
    output.print(
        f"· version {applied.version} of the sources is in force:"
        f" {', '.join(each['name'] for each in mine)}",
        soft_wrap=True,
    )
    names = [each["name"] for each in demo_sources]
    prefixes = {name: str(each["prefix"]) for name, each in zip(names, mine, strict=True)}
    return DueWindows(stack, environment, run, due), prefixes


def _run_samples(environment: Environment, samples: Sequence[Sample]) -> list[Case]:
    cases = []
    target, bucket = uploader(environment), environment.names.input_bucket
    ledger = ledger_queries(environment)
    with tempfile.TemporaryDirectory() as folder:
        for sample in samples:
            path = Path(folder) / "sample"
            path.write_bytes(sample.content)
            output.print(f"↑ {sample.name}  ({sample.shows})")
            sent = send(target, path, bucket, sample.name, lambda _: None, sample.metadata)
            (row,) = follow(ledger, [sent], timeout=_OUTCOME_SECONDS)
            output.print(outcome_line(row), soft_wrap=True)
            cases.append(Case(sample, row))
            time.sleep(_PAUSE_SECONDS)
    return cases


def _await_mails(inbox: Path, cases: list[Case]) -> None:
    deadline = time.monotonic() + _MAIL_SECONDS
    while any(case.mail is None for case in cases) and time.monotonic() < deadline:
        for mail in mails(inbox):
            body = mail.content.get_content()
            for case in cases:
                if _tells_of(body, case.row):
                    case.mail = mail
        time.sleep(_POLL_SECONDS)


def _tells_of(body: str, row: LedgerRow) -> bool:
    """Say whether a mail is that of an upload, or a digest with a line of it."""
    return (
        f"Version:   {row.version_id}" in body or f"\n  {row.id}  {printable(row.filename)}" in body
    )


def _check(kept: Archive, case: Case) -> None:
    sample, row = case.sample, case.row
    code = row.error["code"] if row.error else None
    reached = (row.status, row.rows_count, code)
    expected = (sample.status, sample.rows, sample.error)
    if reached != expected:
        case.problems.append(f"expected {expected}, not {reached}")
    warnings = tuple(each["code"] for each in row.warnings or ())
    if sample.warnings not in (None, warnings):
        case.problems.append(f"expected the warnings {sample.warnings}, not {warnings}")
    if sample.corrects != (row.supersedes is not None):
        case.problems.append("it is not linked as it should be to the file before it")
    receipt = kept.receipt(row.receipt_key)
    if receipt is None or (receipt["status"], receipt["rows_count"]) != reached[:2]:
        case.problems.append("its receipt is missing or differs")
    if kept.backup(row.backup_key) != sample.content:
        case.problems.append("its backup is missing or differs")
    if case.mail is None:
        case.problems.append("no mail arrived")
    # A long one is folded behind its name, which leaves a space.
    elif not case.mail.content["Subject"].strip().startswith((sample.status, "Digest: ")):
        case.problems.append(f"its mail's subject is {case.mail.content['Subject']}")


def _show_rows(kept: Archive, rows: list[LedgerRow], backup_bucket: str) -> None:
    output.rule("the ledger (table file_metadata)", align="left")
    output.print(files_table(rows))
    output.rule(f"one receipt (s3, {printable(rows[0].receipt_key)})", align="left")
    show_json(kept.receipt(rows[0].receipt_key))
    output.rule(f"backups (bucket {backup_bucket})", align="left")
    for row in rows:
        output.print(printable(row.backup_key), markup=False)


def _show_mails(inbox: Path, cases: list[Case]) -> None:
    output.rule(f"mails that arrived ({inbox})", align="left")
    for case in cases:
        if case.mail:
            subject = case.mail.content["Subject"]
            output.print(f"{case.mail.number}  {subject}", markup=False)


def _show_alarms(environment: Environment) -> None:
    output.rule("alarms", align="left")
    for name, state in environment.health().alarms.items():
        output.print(f"{name}: {state}")


def _show_commands(stack: Stack) -> None:
    output.rule("look further", align="left")
    for command, what in (
        ("rowledger files", "the ledger"),
        ("rowledger show orders.csv", "everything about one file"),
        ("rowledger sources list", "what is expected of whose files"),
        ("rowledger expectations", "which files are due today, and what became of them"),
        ("rowledger incidents list", "what is missing"),
        ("rowledger upload FILE...", "your own files"),
        ("rowledger inbox --last", "the latest mail"),
        ("rowledger logs", "what the function logged"),
        ("rowledger status", "the health of each part"),
        (f"PGPASSFILE={stack.layout.pgpass_file} {_psql(stack)}", "the database"),
        ("rowledger down", "stop it all; `rowledger up` goes on where it was"),
    ):
        output.print(f"{command}   # {what}", markup=False, soft_wrap=True)
    output.print("(the commands are in .venv/bin)")
    if console_is_installed():
        output.print("all of it in a browser, until rowledger down; the address is good for once:")
        output.print(console.start(stack.layout), markup=False, soft_wrap=True)
    else:
        output.print(HOW_TO_INSTALL_CONSOLE, markup=False)


def _psql(stack: Stack) -> str:
    reader = stack.database.reader
    return f"psql -h {reader.host} -p {reader.port} -U {reader.username} {reader.database}"
