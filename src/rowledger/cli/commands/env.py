import json
from dataclasses import replace
from pathlib import Path

import click

from rowledger.cli.environment import override
from rowledger.cli.output import print_json, print_rows
from rowledger.cli.parameters import json_option
from rowledger.deployment.stack_outputs import terraform_outputs
from rowledger.errors import CommandError
from rowledger.functions import contract
from rowledger.functions.domain.text import printable
from rowledger.functions.domain.typed_json import document_of
from rowledger.operations.domain.environments import (
    LOCAL,
    KeptEnvironment,
    KeptEnvironments,
    by_hand,
    check_name,
    read_terraform_outputs,
)
from rowledger.wiring.environments import environment_store, local_location


@click.group()
def env() -> None:
    """Named environments: which pipelines this user works on, and which one is in use.

    A name, a region, an account, a profile and the names of the parts are kept in the user's
    configuration folder; no secret is.

    Example: rowledger env add prod --outputs outputs.json --profile prod
    """


@env.command()
@click.argument("name")
@click.option(
    "--outputs",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What `terraform output -json` printed.",
)
@click.option(
    "--stack-outputs",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Run `terraform output -json` in this folder, where Terraform was initialised.",
)
@click.option("--region", help="By hand: the region. Names are then those of the contract.")
@click.option("--account", help="By hand: the account's id.")
@click.option("--bucket-suffix", default="", help="By hand: what the buckets' names end in.")
@click.option(
    "--alias",
    default=contract.load("pipeline.json")["alias"],
    show_default=True,
    help="By hand: of the functions.",
)
@click.option("--profile", help="Of the AWS configuration; default: whatever boto3 finds.")
@click.option("--force", is_flag=True, help="Put it in place of one that has this name.")
@click.pass_context
def add(
    context: click.Context,
    /,
    name: str,
    outputs: Path | None,
    stack_outputs: Path | None,
    profile: str | None,
    *,
    force: bool,
    **by_hand_options: str | None,
) -> None:
    """Keep an environment under a NAME.

    Its parts are taken from Terraform's outputs, or by hand from region and account. With --profile
    alone, the profile of an environment that is kept is changed.

    Example: rowledger env add prod --outputs outputs.json --profile prod
    """
    check_name(name)
    store = environment_store()
    kept = store.load()
    alone = not (outputs or stack_outputs or _given(context) - {"name", "profile", "force"})
    if name in kept.environments and profile is not None and alone:
        changed = replace(kept.environments[name], profile=profile or None)
        store.save(replace(kept, environments={**kept.environments, name: changed}))
        click.echo(f"changed {name}: {f'profile {profile}' if profile else 'no profile'}")
        return
    if name in kept.environments and not force:
        raise CommandError(f"there is an environment {name} already: --force replaces it")
    found = _described(outputs, stack_outputs, profile, by_hand_options)
    store.save(replace(kept, environments={**kept.environments, name: found}))
    click.echo(f"added {name}: account {found.account_id}, {found.region}")
    click.echo(f"use it with --env {name}, or for every command: rowledger env use {name}")


def _given(context: click.Context) -> set[str]:
    """The parameters that the command line has."""
    return {
        name
        for name in context.params
        if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
    }


def _described(
    outputs: Path | None,
    stack_outputs: Path | None,
    profile: str | None,
    options: dict[str, str | None],
) -> KeptEnvironment:
    region, account = options["region"], options["account"]
    if sum(map(bool, (outputs, stack_outputs, region or account))) != 1:
        raise click.UsageError("give one of --outputs, --stack-outputs, or --region and --account")
    try:
        if outputs:
            document = json.loads(outputs.read_text(encoding="utf-8"))
            return read_terraform_outputs(document, profile)
        if stack_outputs:
            return read_terraform_outputs(terraform_outputs(stack_outputs), profile)
        if not (region and account):
            raise click.UsageError("by hand, both --region and --account are needed")
        return by_hand(
            contract.load("pipeline.json"),
            region=region,
            account_id=account,
            bucket_suffix=options["bucket_suffix"] or "",
            alias=options["alias"] or "",
            profile=profile,
        )
    except ValueError as error:
        raise CommandError(f"{outputs or stack_outputs or 'by hand'}: {error}") from error


@env.command("list")
@json_option("A list of objects.")
def list_environments(*, json_output: bool) -> None:
    """List the environments; the one in use is marked.

    Example: rowledger env list
    """
    kept = environment_store().load()
    _say_override(kept)
    local = local_location()
    if json_output:
        print_json(
            [
                {"name": LOCAL, "in_use": kept.current == LOCAL, "location": local},
                *(
                    {"name": name, "in_use": name == kept.current, **document_of(each)}
                    for name, each in sorted(kept.environments.items())
                ),
            ]
        )
        return
    decides = override()
    worked_on = decides.name if decides else kept.current
    rows = [
        (LOCAL, "", "", "", local),
        *(
            (name, each.account_id, each.region, each.profile or "", each.buckets["input"])
            for name, each in sorted(kept.environments.items())
        ),
    ]
    print_rows(
        ("name", "account", "region", "profile", "input bucket or folder"),
        [(f"{'*' if name == worked_on else ' '} {name}", *others) for name, *others in rows],
    )


def _say_override(kept: KeptEnvironments) -> None:
    """Say on standard error where commands work on another environment than the one in use."""
    decides = override()
    if decides is not None and decides.name != kept.current:
        click.echo(
            f"{decides.variable} is set to {printable(decides.value)}: without --env, commands"
            f" work on {printable(decides.name)}, not on {kept.current}, which is in use",
            err=True,
        )


@env.command()
@click.argument("name", required=False)
def show(name: str | None) -> None:
    """Show all that is kept of an environment, as JSON; default: the one in use.

    Example: rowledger env show prod
    """
    kept = environment_store().load()
    if name is None:
        _say_override(kept)
    name = name or kept.current
    if name == LOCAL:
        print_json({"name": LOCAL, "location": local_location()})
    else:
        print_json({"name": name, **document_of(kept.get(name))})


@env.command()
@click.argument("name")
def use(name: str) -> None:
    """Have every command work on this environment unless it is told another.

    `local` is the stack on this machine.

    Example: rowledger env use prod
    """
    store = environment_store()
    kept = store.load()
    if name != LOCAL:
        kept.get(name)
    kept = replace(kept, current=name)
    store.save(kept)
    click.echo(f"in use: {name}")
    _say_override(kept)


@env.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(name: str, *, yes: bool) -> None:
    """Forget an environment. The pipeline itself is not touched.

    Example: rowledger env remove prod --yes
    """
    store = environment_store()
    kept = store.load()
    if name == LOCAL:
        raise CommandError(
            f"{LOCAL} is the stack on this machine and always there; to remove its state: rowledger"
            " reset"
        )
    kept.get(name)
    question = f"Forget the environment {name}? The pipeline stays as it is."
    if not (yes or click.confirm(question)):
        raise CommandError("nothing was forgotten")
    others = {each: found for each, found in kept.environments.items() if each != name}
    current = LOCAL if kept.current == name else kept.current
    store.save(replace(kept, environments=others, current=current))
    click.echo(f"forgot {name}")
