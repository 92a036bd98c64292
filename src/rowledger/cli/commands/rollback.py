from typing import Any

import click

from rowledger.cli.output import print_json, print_rows
from rowledger.cli.parameters import json_option
from rowledger.cli.rollout import interruptible_rollout
from rowledger.cli.rollout_parameters import environment_option, outputs_option, timeout_option
from rowledger.cli.rollout_report import finish
from rowledger.cli.times import shown_time, utc_option
from rowledger.deployment.domain.rollout import Choice, Release
from rowledger.functions.domain.receipt import timestamp
from rowledger.wiring.rollout import environment_in_use, release_of


@click.command()
@outputs_option(required=False)
@environment_option
@click.option(
    "--to",
    "version",
    metavar="VERSION",
    help="csv-processor's version. Not every number was in service: --list shows what there is.",
)
@click.option("--list", "list_only", is_flag=True, help="Only list the versions to choose from.")
@timeout_option
@utc_option
@json_option("One JSON object.")
@click.pass_context
def rollback(
    context: click.Context,
    release: Release | None,
    environment_name: str | None,
    version: str | None,
    timeout: float,
    *,
    list_only: bool,
    json_output: bool,
) -> None:
    """Put an earlier version, or any other, into service, and prove it.

    csv-processor's alias is moved to the version; the other functions' aliases follow to their
    versions of the same package. Then the same canary as after a deployment is uploaded. The
    aliases stay where they are even if it fails; the exit status is then 1. The database is left as
    it is: migrations suit the package before them.

    Without --outputs it works on the environment that --env names, or on the one in use.

    Example: rowledger rollback --env prod --to 7
    """
    if release is None:
        environment_name = environment_name or environment_in_use()
        release = release_of(environment_name)
    if list_only and version:
        raise click.UsageError("--list moves nothing: give either it or --to")
    if list_only:
        _list(release, environment_name, json_output=json_output)
        return
    if version is None:
        raise click.UsageError("name a version with --to; --list shows what there is")
    with interruptible_rollout(release, environment_name) as rollout:
        report = rollout.roll_back(release, version, timeout=timeout)
    finish(context, report, json_output=json_output)


def _list(release: Release, environment_name: str | None, *, json_output: bool) -> None:
    with interruptible_rollout(release, environment_name) as rollout:
        choices = rollout.choices(release)
    if json_output:
        print_json([_document(each) for each in choices])
        return
    others = [
        each.function for each in (release.reconciler, release.administrator, *release.others)
    ]
    print_rows(
        (release.processor.function, *others, "package", "published", "now"),
        [
            (
                each.version.number,
                *(each.others.get(function, "none") for function in others),
                each.version.code_sha256[:12],
                shown_time(each.version.published_at),
                "in service" if each.in_service else "",
            )
            for each in choices
        ],
    )


def _document(choice: Choice) -> dict[str, Any]:
    version = choice.version
    return {
        "version": version.number,
        "others": dict(choice.others),
        "code_sha256": version.code_sha256,
        "published_at": timestamp(version.published_at),
        "in_service": choice.in_service,
    }
