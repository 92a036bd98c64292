from pathlib import Path

import click

from rowledger.cli.parameters import NumberRange, json_option, login_name
from rowledger.cli.rollout import interruptible_rollout
from rowledger.cli.rollout_parameters import environment_option, outputs_option, timeout_option
from rowledger.cli.rollout_report import finish
from rowledger.cli.source_files import FILE, read_whole
from rowledger.deployment.domain.rollout import Release, read_steps
from rowledger.errors import CommandError
from rowledger.functions.domain.sources.versions import SourcesChange

_SOURCES = Path("sources.yaml")
_REASON = "a deployment"


def _steps(_context: click.Context, _parameter: click.Parameter, text: str) -> tuple[int, ...]:
    try:
        return read_steps(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@click.command()
@outputs_option(required=True)
@environment_option
@click.option(
    "--steps",
    default="",
    metavar="PERCENT,...",
    callback=_steps,
    help="Move csv-processor by these shares of its invocations first, such as 10,50.",
)
@click.option(
    "--interval",
    type=NumberRange(min=0, max=3600),
    default=180,
    show_default=True,
    help="Seconds that each step is watched.",
)
@click.option(
    "--sources",
    "sources_path",
    type=FILE,
    help="The file of sources to put into force.  [default: sources.yaml, where there is one]",
)
@timeout_option
@json_option("One JSON object.")
@click.pass_context
def deploy(  # noqa: PLR0913 -- its options
    context: click.Context,
    release: Release,
    environment_name: str | None,
    steps: tuple[int, ...],
    interval: float,
    sources_path: Path | None,
    timeout: float,
    *,
    json_output: bool,
) -> None:
    """Put the versions that Terraform made into service, prove them, or go back.

    The new csv-administrator migrates the database; then each function's alias is moved to its new
    version, at once or by --steps, between which the alarm csv-processor-errors is watched. Last, a
    canary is uploaded, which must be recorded, receipted, backed up and announced. Whatever fails,
    and an interrupt, puts the aliases back where they were; the exit status is then 1, and the
    csv-reconciler that is back in service runs once. A migration stays.

    After all this sources.yaml is put into force, where there is one; a wrong one is refused before
    anything else is done.

    Without --env it speaks to AWS as boto3 does: AWS_PROFILE, AWS_DEFAULT_REGION and so on.

    Example: rowledger deploy --outputs build/deploy/outputs.json --steps 10,50
    """
    sources = _sources(sources_path)
    with interruptible_rollout(release, environment_name) as rollout:
        report = rollout.deploy(
            release, steps=steps, interval=interval, timeout=timeout, sources=sources
        )
    finish(context, report, json_output=json_output)


def _sources(path: Path | None) -> SourcesChange | None:
    """Read the sources to put into force; raise CommandError where they are refused."""
    if path is None and not _SOURCES.exists():
        return None
    change = SourcesChange(login_name(), read_whole(path or _SOURCES).document, reason=_REASON)
    try:
        change.check("sources")
    except ValueError as error:
        raise CommandError(str(error)) from error
    return change
