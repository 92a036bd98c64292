"""The pipeline's resources in the local emulator, as terraform/ makes them."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from rowledger.deployment.adapters.aws.function_versions import LambdaFunctions
from rowledger.deployment.domain.rollout import read_outputs
from rowledger.deployment.services.aliases import AliasMoves
from rowledger.deployment.terraform import LOCAL_STATE, Workspace, find_terraform
from rowledger.functions import contract
from rowledger.functions.config import ReconcilerConfig
from rowledger.local.clients import Aws
from rowledger.local.layout import Layout
from rowledger.local.mail import relay as mail_relay
from rowledger.local.processes import process as processes
from rowledger.local.provisioning import administrator
from rowledger.local.provisioning import functions as function
from rowledger.local.provisioning.database_logins import Login

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

VALUES = "-var-file=env/local.tfvars"


def prepare(layout: Layout, progress: Callable[[str], None]) -> "TerraformProvisioner":
    """Raise TerraformError, before anything is made, without Terraform or its provider."""
    workspace = _workspace(layout)
    known = layout.terraform.exists()
    progress("preparing Terraform")
    try:
        layout.terraform.mkdir(mode=0o700, exist_ok=True)
        workspace.create()
    except BaseException:
        # Its folder is what says that Terraform provisioned this stack.
        if not known:
            shutil.rmtree(layout.terraform, ignore_errors=True)
        raise
    return TerraformProvisioner(workspace)


@dataclass(frozen=True)
class TerraformProvisioner:
    """workspace: the configuration, its provider installed."""

    workspace: Workspace

    def __call__(
        self, aws: Aws, layout: Layout, master: Login, progress: Callable[[str], None], /
    ) -> dict[str, str]:
        function.build(layout)
        workspace = _pointed_at(self.workspace, aws, layout, master)
        workspace.follow(_Progress(progress), "apply", VALUES)
        progress("migrating the database")
        administrator.invoke(aws, {"action": "migrate"})
        progress("moving the aliases")
        client: LambdaClient = aws.client("lambda")
        release = read_outputs(json.loads(workspace.checked("output", "-json")))
        AliasMoves(LambdaFunctions(client, client), release.alias).move_all(release)
        # The reconciler does what the function does, and uses all of its settings.
        name = contract.load("pipeline.json")["functions"]["reconciler"]["name"]
        known = client.get_function_configuration(FunctionName=name)
        settings = known["Environment"]["Variables"]
        mail_relay.subscribe(aws, settings["ROWLEDGER_TOPIC_ARN"])
        return settings


def workspace_of(layout: Layout, aws: Aws, master: Login) -> Workspace:
    """The workspace that `up` left, for further commands on the running stack."""
    return _pointed_at(_workspace(layout), aws, layout, master)


def _workspace(layout: Layout) -> Workspace:
    return Workspace(find_terraform(), layout.terraform, {"state": LOCAL_STATE})


def _pointed_at(workspace: Workspace, aws: Aws, layout: Layout, master: Login) -> Workspace:
    package = {"TF_VAR_package": str(layout.package)}
    return replace(workspace, environment=environment_of(aws, layout, master) | package)


def environment_of(aws: Aws, layout: Layout, master: Login) -> dict[str, str]:
    """What differs from stack to stack: where things are, and passwords."""
    return {
        "AWS_ENDPOINT_URL": aws.endpoint_url,
        "AWS_ACCESS_KEY_ID": aws.access_key,
        "AWS_SECRET_ACCESS_KEY": aws.secret_key,
        "NO_PROXY": master.host,
        "TF_VAR_database_address": f"{master.host}:{master.port}",
        "TF_VAR_database_master_password": master.password,
        "TF_VAR_settings": json.dumps(_settings(master)),
        # So that `down` finds one whose command was killed.
        processes.MARKER: str(layout.root),
    }


def _settings(master: Login) -> dict[str, str]:
    """The optional settings; raise FaultError where the functions would refuse one."""
    made_later = "-"
    known = function.settings(
        "reconciler",
        topic_arn=made_later,
        secret_arn=made_later,
        master_secret_arn=made_later,
        database=master.address,
    )
    ReconcilerConfig.from_environment(known)
    settings = contract.load("settings.json")["settings"]
    return {each["name"]: known.get(each["name"], "") for each in settings if "default" in each}


@dataclass
class _Progress:
    """Tells how far an apply is, from its messages."""

    tell: Callable[[str], None]
    planned: int = 0
    done: int = 0

    def __call__(self, message: dict[str, Any]) -> None:
        match message:
            case {"type": "refresh_start"}:
                self.tell("Terraform: looking at what there is")
            case {"type": "change_summary", "changes": {"operation": "plan"} as changes}:
                self.planned = sum(changes[kind] for kind in ("add", "change", "remove"))
            case {"type": "apply_complete"}:
                self.done += 1
                self.tell(f"Terraform: {self.done} of {self.planned} changes")
