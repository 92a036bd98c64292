"""The pipeline's resources in the local emulator, as terraform/ makes them."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from rowledger import contract
from rowledger.local import administrator, function, processes
from rowledger.local.aws import Aws
from rowledger.local.emulator_gaps import mail_relay
from rowledger.local.layout import Layout
from rowledger.local.roles import Login
from rowledger.local.terraform import LOCAL_STATE, Workspace, find_terraform

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

VALUES = "-var-file=env/local.tfvars"


def prepare(layout: Layout, progress: Callable[[str], None]) -> "TerraformProvisioner":
    """Raise StackError where Terraform or its provider cannot be had, before anything is made."""
    workspace = Workspace(find_terraform(), layout.terraform, {"state": LOCAL_STATE})
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
        told = _Progress(progress)
        workspace_for(self.workspace, aws, layout, master).follow(told, "apply", VALUES)
        progress("migrating the database")
        administrator.invoke(aws, {"action": "migrate"})
        client: LambdaClient = aws.client("lambda")
        # The reconciler does what the function does, and uses all of its settings.
        name = contract.load("pipeline.json")["reconciler"]["name"]
        known = client.get_function_configuration(FunctionName=name)
        settings = known["Environment"]["Variables"]
        mail_relay.subscribe(aws, settings["ROWLEDGER_TOPIC_ARN"])
        return settings


def workspace_for(workspace: Workspace, aws: Aws, layout: Layout, master: Login) -> Workspace:
    """The workspace with what differs from stack to stack: where things are, and passwords."""
    environment = {
        "AWS_ENDPOINT_URL": aws.endpoint_url,
        "AWS_ACCESS_KEY_ID": aws.access_key,
        "AWS_SECRET_ACCESS_KEY": aws.secret_key,
        "NO_PROXY": master.host,
        "TF_VAR_package": str(layout.package),
        "TF_VAR_database_address": f"{master.host}:{master.port}",
        "TF_VAR_database_master_password": master.password,
        # So that `down` finds one whose command was killed.
        processes.MARKER: str(layout.root),
    }
    return replace(workspace, environment=environment)


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
