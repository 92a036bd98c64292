"""The commands of `rowledger sources` about what is in force in an environment."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from rowledger.cli.environment import environment_name_option, environment_option, opened
from rowledger.cli.output import as_json, print_json, print_rows
from rowledger.cli.parameters import Command, json_option, login_name
from rowledger.cli.source_files import FILE, read_whole
from rowledger.cli.times import shown_time, utc_option
from rowledger.errors import CommandError
from rowledger.functions.domain.sources.versions import SourcesChange, SourcesVersion
from rowledger.functions.domain.sources_requests import ListSourcesVersions, ShowSources
from rowledger.functions.domain.text import printable
from rowledger.operations.domain.suggestions import suggestion
from rowledger.operations.ports.environment import Environment
from rowledger.operations.services.applying_sources import SourcesComparison
from rowledger.wiring.operations import applying_sources, ledger_queries

_NOTHING = "no sources were ever applied here: rowledger sources apply does"


def _which(command: Command) -> Command:
    """Add the options that say whose sources are meant: those in force without one."""
    of_file = click.option(
        "--sources", "path", metavar="FILE", type=FILE, help="Of this file, and not of the ledger."
    )
    of_version = click.option(
        "--version", type=click.IntRange(min=1), help="This version, and not the one in force."
    )
    return of_file(of_version(command))


@click.command()
@environment_option
@click.argument("path", metavar="FILE", type=FILE)
@click.option("--reason", help="Why; it is kept in the ledger.")
@click.option("--by", help="Who; it is kept in the ledger.  [default: the login name]")
@click.option("--dry-run", is_flag=True, help="Only print what would change.")
@json_option("One JSON object.")
def apply(
    environment: Environment,
    path: Path,
    reason: str | None,
    by: str | None,
    *,
    dry_run: bool,
    json_output: bool,
) -> None:
    """Put a file of sources into force, all of it in place of all that was.

    A file that is the same as what is in force makes no new version. A wrong one is refused whole,
    and what is in force stays.

    Example: rowledger sources apply sources.yaml --reason "orders have a column more"
    """
    if reason is not None and not reason.strip():
        raise click.UsageError("--reason is empty")
    file = read_whole(path)
    service = applying_sources(environment)
    found = service.compare(file.document)
    applied = None
    if not dry_run:
        applied = service.apply(
            SourcesChange(by or login_name(), file.document, environment.identity(), reason)
        )
    if json_output:
        print_json(_comparison_document(found) | {"applied": asdict(applied) if applied else None})
        return
    _print_differences(found)
    if applied is None:
        click.echo("nothing was changed: a dry run")
    elif applied.changed:
        click.echo(f"version {applied.version:,} is in force: {_counted(len(file.documents))}")
    else:
        click.echo(f"version {applied.version:,} is in force already, and is the same")


@click.command()
@environment_option
@click.argument("path", metavar="FILE", type=FILE)
@json_option("One JSON object.")
@click.pass_context
def diff(
    context: click.Context, environment: Environment, path: Path, *, json_output: bool
) -> None:
    """Compare a file of sources with what is in force. Exits with 1 if they differ.

    Example: rowledger sources diff sources.yaml
    """
    found = applying_sources(environment).compare(read_whole(path).document)
    if json_output:
        print_json(_comparison_document(found))
    else:
        _print_differences(found)
        if found.in_force and not found.differences:
            click.echo(f"version {found.in_force.applied.version:,} is in force, and is the same")
    if found.differences:
        context.exit(1)


@click.command()
@environment_option
@click.option("--limit", type=click.IntRange(min=1, max=1000), default=20, show_default=True)
@utc_option
@json_option("One JSON object a line.")
@click.pass_context
def history(
    context: click.Context, environment: Environment, limit: int, *, json_output: bool
) -> None:
    """List the versions of the sources: when, by whom and why. The latest first.

    Exits with 1 if no sources were ever applied.

    Example: rowledger sources history --env prod
    """
    versions = ledger_queries(environment).list_sources_versions(ListSourcesVersions(limit=limit))
    if json_output:
        for each in versions:
            click.echo(as_json(asdict(each)))
    elif versions:
        print_rows(
            ("version", "applied", "by", "sources", "reason", "sha256"),
            [_version_row(each) for each in versions],
            numbers=("version", "sources"),
        )
    if not versions:
        click.echo(_NOTHING, err=True)
        context.exit(1)


@click.command("list")
@environment_name_option
@_which
@json_option("A list of objects, as they were applied.")
def list_sources(
    environment_name: str | None, path: Path | None, version: int | None, *, json_output: bool
) -> None:
    """List the sources in force, in their order; or those of a file, or of an earlier version.

    Example: rowledger sources list --env prod
    """
    documents = _documents(environment_name, path, version)
    if json_output:
        print_json(documents)
        return
    rows = [
        (
            each["name"],
            printable(each["prefix"]),
            printable(", ".join(each.get("names", {}).get("match", ()))),
            printable(each.get("owner", "")),
            printable(", ".join(each.get("tags", ()))),
        )
        for each in documents
    ]
    print_rows(("name", "prefix", "names", "owner", "tags"), rows)


@click.command()
@environment_name_option
@click.argument("name")
@_which
def show(environment_name: str | None, name: str, path: Path | None, version: int | None) -> None:
    """Show one source as it is in force, as JSON; or as a file or an earlier version has it.

    Example: rowledger sources show acme-orders --env prod
    """
    by_name = {each["name"]: each for each in _documents(environment_name, path, version)}
    if name not in by_name:
        where = f"in {path}" if path else f"in version {version}" if version else "in force"
        message = f"there is no source {name!r} {where}.{suggestion(name, by_name)}"
        raise CommandError(message.removesuffix("."))
    print_json(by_name[name])


def _documents(
    environment_name: str | None, path: Path | None, version: int | None
) -> list[dict[str, Any]]:
    """Return the sources that are asked for, each as it was written."""
    if path is not None:
        if version is not None:
            raise click.UsageError("give either --sources or --version")
        return list(read_whole(path).documents)
    found = ledger_queries(opened(environment_name)).show_sources(ShowSources(version=version))
    if found is None:
        raise CommandError(_NOTHING if version is None else f"there is no version {version:,}")
    return list(found.by_name.values())


def _comparison_document(found: SourcesComparison) -> dict[str, Any]:
    in_force = found.in_force
    return {
        "in_force": in_force.applied.version if in_force else None,
        "differences": [asdict(each) for each in found.differences],
    }


def _print_differences(found: SourcesComparison) -> None:
    for each in found.differences:
        click.echo(f"{each.kind}: {each.name}")
        for part in each.parts:
            change = f"{as_json(part.before)} -> {as_json(part.after)}"
            click.echo(printable(f"  {part.path}: {change}"))


def _version_row(each: SourcesVersion) -> tuple[str, ...]:
    identity = f" ({printable(each.identity)})" if each.identity else ""
    return (
        f"{each.version:,}",
        shown_time(each.applied_at),
        f"{printable(each.by)}{identity}",
        f"{each.sources:,}",
        printable(each.reason or ""),
        each.sha256[:12],
    )


def _counted(number: int) -> str:
    return f"{number:,} source{'' if number == 1 else 's'}"
