"""The pipeline's resources in the local emulator, as terraform/ makes them."""

import json
import shutil
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from rowledger.deployment.terraform import LOCAL_STATE, Workspace, find_terraform
from rowledger.functions import contract
from rowledger.functions.config import ReconcilerConfig
from rowledger.local import OnProgress
from rowledger.local.emulator_clients import EmulatorClients
from rowledger.local.layout import Layout
from rowledger.local.mail import relay
from rowledger.local.processes import background
from rowledger.local.provisioning import administrator, functions
from rowledger.local.provisioning.database_logins import Login

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

# Moves the functions' aliases to the versions that Terraform's outputs name.
MoveAliases = Callable[["LambdaClient", Mapping[str, Any]], None]

VALUES = "-var-file=env/local.tfvars"


def prepare(
    layout: Layout, on_progress: OnProgress, move_aliases: MoveAliases
) -> "TerraformProvisioner":
    """Raise CommandError, before anything is made, where Terraform or its provider is missing."""
    workspace = _workspace(layout)
    existed = layout.terraform.exists()
    on_progress("preparing Terraform")
    try:
        layout.terraform.mkdir(mode=0o700, exist_ok=True)
        workspace.create()
    except BaseException:
        # Its folder is the sign that Terraform provisioned this stack.
        if not existed:
            shutil.rmtree(layout.terraform, ignore_errors=True)
        raise
    return TerraformProvisioner(workspace, move_aliases)


@dataclass(frozen=True)
class TerraformProvisioner:
    """workspace: the configuration, its provider installed."""

    workspace: Workspace
    move_aliases: MoveAliases

    def __call__(
        self,
        aws: EmulatorClients,
        layout: Layout,
        master: Login,
        on_progress: OnProgress,
        /,
    ) -> dict[str, str]:
        functions.build(layout)
        workspace = _pointed_at(self.workspace, aws, layout, master)
        workspace.follow(_ApplyProgress(on_progress), "apply", VALUES)
        on_progress("migrating the database")
        outputs = json.loads(workspace.checked("output", "-json"))
        # By the new version, before its alias is moved to it.
        made = outputs["functions"]["value"]["administrator"]["version"]
        administrator.invoke(aws, {"action": "migrate"}, made)
        on_progress("moving the aliases")
        client: LambdaClient = aws.client("lambda")
        self.move_aliases(client, outputs)
        # The reconciler does what the processor does, and uses all of its settings.
        name = contract.load("pipeline.json")["functions"]["reconciler"]["name"]
        known = client.get_function_configuration(FunctionName=name)
        settings = known["Environment"]["Variables"]
        relay.subscribe(aws, settings["ROWLEDGER_TOPIC_ARN"])
        return settings


def workspace_of(layout: Layout, aws: EmulatorClients, master: Login) -> Workspace:
    """The workspace that `up` left, for further commands on the running stack."""
    return _pointed_at(_workspace(layout), aws, layout, master)


def _workspace(layout: Layout) -> Workspace:
    return Workspace(find_terraform(), layout.terraform, {"state": LOCAL_STATE})


def _pointed_at(
    workspace: Workspace, aws: EmulatorClients, layout: Layout, master: Login
) -> Workspace:
    package = {"TF_VAR_package": str(layout.package)}
    return replace(workspace, environment=environment_of(aws, layout, master) | package)


def environment_of(aws: EmulatorClients, layout: Layout, master: Login) -> dict[str, str]:
    """What differs from stack to stack: addresses and passwords."""
    return {
        "AWS_ENDPOINT_URL": aws.endpoint_url,
        "AWS_ACCESS_KEY_ID": aws.access_key,
        "AWS_SECRET_ACCESS_KEY": aws.secret_key,
        "NO_PROXY": master.host,
        "TF_VAR_database_address": f"{master.host}:{master.port}",
        "TF_VAR_database_master_password": master.password,
        "TF_VAR_settings": json.dumps(_settings(master)),
        # So that `down` finds one whose command was killed.
        background.MARKER: str(layout.root),
    }


def _settings(master: Login) -> dict[str, str]:
    """The optional settings; raise FaultError where the functions would reject one."""
    set_by_terraform = "-"
    known = functions.settings(
        "reconciler",
        topic_arn=set_by_terraform,
        events_topic_arn=set_by_terraform,
        secret_arns=defaultdict(lambda: set_by_terraform),
        master_secret_arn=set_by_terraform,
        database=master.address,
    )
    ReconcilerConfig.from_environment(known)
    settings = contract.load("settings.json")["settings"]
    return {each["name"]: known.get(each["name"], "") for each in settings if "default" in each}


@dataclass
class _ApplyProgress:
    """Shows how far an apply is, from its messages."""

    on_progress: OnProgress
    planned: int = 0
    done: int = 0

    def __call__(self, message: dict[str, Any]) -> None:
        match message:
            case {"type": "refresh_start"}:
                self.on_progress("Terraform: looking at what exists")
            case {"type": "change_summary", "changes": {"operation": "plan"} as changes}:
                self.planned = sum(changes[kind] for kind in ("add", "change", "remove"))
            case {"type": "apply_complete"}:
                self.done += 1
                self.on_progress(f"Terraform: {self.done} of {self.planned} changes")
