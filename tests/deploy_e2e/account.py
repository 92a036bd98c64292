"""The account that is deployed to: an emulator and a PostgreSQL, at first with nothing in them."""

import json
import os
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from rowledger.local import function_logs
from rowledger.local.aws import Aws
from rowledger.local.emulator_gaps import mail_relay
from rowledger.local.layout import Layout
from rowledger.local.roles import Login
from rowledger.local.stack import Stack, open_stack
from rowledger.local.starting import Start
from rowledger.local.state import exclusive
from rowledger.local.terraform import blind, find_terraform
from rowledger.local.terraform_stack import environment_of
from tests.deploy_e2e.checkout import Checkout
from tests.deploy_e2e.jobs import ENVIRONMENT, UNASKED, as_job, job
from tests.e2e.cli import Result
from tests.e2e.pipeline import PIPELINE
from tests.faults.arena import Arena
from tests.faults.function import Function

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

FUNCTIONS = tuple(PIPELINE[part]["name"] for part in ("function", "reconciler", "administrator"))
PLAN_ARGS = "-var=alias_events=true"
# Longer than all of an event's tries take in the emulator.
GRACE_SECONDS = 20
_START = re.compile(r"START RequestId: (\S+) Version: (\S+)")
# What would change what is tried here.
_FOREIGN = ("MAKE", "MFLAGS", "ROWLEDGER_", "PYTHON", "ENV")


@dataclass
class Account:
    """stack: to look at it from outside. first: what the first deployment said, step by step."""

    folder: Path
    stack: Stack
    environment: dict[str, str] = field(repr=False)
    checkout: Checkout
    first: dict[str, Result]
    deployments: int = 1
    rolled_back: int = 0

    @property
    def arena(self) -> Arena:
        """The stack as the fault suite's count takes it; its function has no points here."""
        orders = self.folder / "orders"
        return Arena(self.stack, orders, Function(self.stack, orders, ""), patient=False)

    def new_checkout(self, name: str) -> Checkout:
        return Checkout.create(self.folder / name, self.environment)

    def aliases(self) -> dict[str, str]:
        """The version that each function's alias stands at; a weight beside it is no version."""
        client: LambdaClient = self.stack.client("lambda")
        found = {}
        for name in FUNCTIONS:
            alias: Any = client.get_alias(FunctionName=name, Name="live")
            weights = alias.get("RoutingConfig", {}).get("AdditionalVersionWeights")
            found[name] = (
                f"{alias['FunctionVersion']} and {weights}" if weights else alias["FunctionVersion"]
            )
        return found

    def outcomes_by_version(self, prefix: str) -> Counter[str]:
        """How many outcomes each version of csv-processor has recorded, by log and ledger."""
        with self.arena.superuser() as connection:
            requests = connection.run(
                "SELECT a.request_id FROM file_metadata f"
                " JOIN file_attempt a ON a.file_id = f.id AND a.attempt = f.attempt"
                " WHERE starts_with(f.filename, :prefix) AND f.status <> 'PROCESSING'",
                prefix=prefix,
            )
        versions = dict(self.invocations())
        return Counter(versions[request] for (request,) in requests if request in versions)

    def invocations(self) -> list[tuple[str, str]]:
        """Request id and version of each invocation of csv-processor."""
        lines = function_logs.read(
            self.stack.client("logs"), PIPELINE["function"]["log_group"], since_ms=0
        )
        starts = (_START.match(line.message) for line in lines)
        return [(start[1], start[2]) for start in starts if start]


def open_account(folder: Path) -> Account:
    """Start emulator and database, deploy to them, and start what fills the emulator's gaps."""
    layout = Layout(folder / "state")
    layout.create()
    deployment = _FirstDeployment(folder)
    with exclusive(layout):
        Start(layout, deployment, lambda _step: None).run()
    return Account(
        folder,
        open_stack(layout),
        deployment.environment,
        deployment.checkout,
        deployment.said,
    )


@dataclass
class _FirstDeployment:
    """What provisions this stack: the very steps of the deployment."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict, repr=False)
    said: dict[str, Result] = field(default_factory=dict)
    checkout: Checkout = field(init=False)

    def __call__(
        self, aws: Aws, layout: Layout, master: Login, _progress: Callable[[str], None], /
    ) -> dict[str, str]:
        administrators = environment_in(self.folder, aws, layout, master)
        ready = Checkout.create(self.folder / "bootstrap", administrators | UNASKED)
        ready.must_make("bootstrap", ENV="local")
        # With no more than the role of deployments may.
        deployer = job(aws.endpoint_url, "rowledger-apply", sub=ENVIRONMENT)
        self.environment = as_job(administrators, deployer)
        self.checkout = Checkout.create(self.folder / "first", self.environment)
        self.said["plan"] = self.checkout.must_make(
            "package", "plan", ENV="local", RDS_CA="none", PLAN_ARGS=PLAN_ARGS
        )
        self.said["apply"] = self.checkout.must_make("apply", ENV="local")
        # As an address confirms its subscription: mails come from here on.
        outputs = json.loads((self.checkout.bundle / "outputs.json").read_text())
        mail_relay.subscribe(aws, outputs["topic_arn"]["value"])
        self.said["deploy"] = self.checkout.must_make("deploy", ENV="local")
        client: LambdaClient = aws.client("lambda")
        known = client.get_function_configuration(FunctionName=PIPELINE["reconciler"]["name"])
        return known["Environment"]["Variables"]


def environment_in(folder: Path, aws: Aws, layout: Layout, master: Login) -> dict[str, str]:
    """What a person exports before the commands, and nothing of this machine's that matters."""
    settings = folder / "terraform.rc"
    settings.write_text(find_terraform().installation(), encoding="utf-8")
    known = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ROWLEDGER_RECONCILE_GRACE_SECONDS", str(GRACE_SECONDS))
        given = environment_of(aws, layout, master)
    own = {"TF_CLI_CONFIG_FILE": str(settings), "AWS_DEFAULT_REGION": aws.region}
    return blind(known) | given | own
