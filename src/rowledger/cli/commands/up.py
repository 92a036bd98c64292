import click

from rowledger.cli.output import output, print_json, print_rows
from rowledger.cli.parameters import json_option
from rowledger.cli.progress import spinner
from rowledger.wiring.environments import local_environment
from rowledger.wiring.local_stack import start_local_stack


@click.command()
@click.option(
    "--terraform", is_flag=True, help="Provision a new stack by applying terraform/ to it."
)
@json_option("Print the addresses as JSON.")
def up(*, terraform: bool, json_output: bool) -> None:
    """Start the local stack, or bring a running one up to date.

    PostgreSQL, an AWS emulator and a mail inbox start in the background, on loopback only, and the
    pipeline is provisioned in them; changed code and settings are deployed. A ROWLEDGER_* variable
    of the environment, such as ROWLEDGER_LOG_LEVEL, overrides that setting's default.

    With --terraform, Terraform builds the whole infrastructure in the emulator, which takes some
    minutes. Every later `up` applies it again, until `reset`.

    Example: rowledger up
    """
    with spinner() as on_progress:
        stack = start_local_stack(on_progress, terraform=terraform)
        environment = local_environment(stack.layout)
        found = environment.health()
    if json_output:
        print_json({part.name: part.address for part in found.parts})
        return
    parts = [(part.name, part.detail, part.address or "") for part in found.parts]
    function = ("function", "deployed", f"s3://{environment.names.input_bucket}")
    print_rows(("part", "state", "address"), [*parts, function])
    output.print(f"state: {environment.location}", markup=False)
