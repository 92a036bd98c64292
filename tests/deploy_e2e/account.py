"""The account that is deployed to: an emulator and a PostgreSQL, at first with nothing in them."""

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from rowledger.deployment.terraform import blind, find_terraform
from rowledger.local.emulator_clients import EmulatorClients
from rowledger.local.layout import Layout
from rowledger.local.mail import relay
from rowledger.local.provisioning.database_logins import Login
from rowledger.local.provisioning.terraform_stack import environment_of
from rowledger.local.stack import Stack, open_stack
from rowledger.local.starting import Start
from rowledger.local.state import exclusive
from rowledger.operations.adapters.aws.function_logs import CloudWatchFunctionLogs
from tests.deploy_e2e.checkout import Checkout
from tests.deploy_e2e.jobs import BOUNDARY, ENVIRONMENT, PULL_REQUEST, job
from tests.e2e.cli import Result
from tests.e2e.event_queue import EventQueue
from tests.e2e.pipeline import PIPELINE
from tests.faults.arena import Arena
from tests.faults.function import Function

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_sqs import SQSClient

FUNCTIONS = tuple(each["name"] for each in PIPELINE["functions"].values())
# Longer than all of an event's tries take in the emulator.
GRACE_SECONDS = 20
_START = re.compile(r"START RequestId: (\S+) Version: (\S+)")
# What would change what is tried here.
_FOREIGN = ("MAKE", "MFLAGS", "ROWLEDGER_", "PYTHON", "ENV")


@dataclass
class Account:
    """stack: to look at it from outside. first: where the first deployment was made.

    said: by each of its steps. events: of the uploads after that.
    planner, deployer: jobs in the roles that the bootstrap made.
    """

    folder: Path
    stack: Stack
    environment: dict[str, str] = field(repr=False)
    planner: EmulatorClients
    deployer: EmulatorClients
    first: Checkout
    said: dict[str, Result]
    events: EventQueue
    deployments: int = 1
    rolled_back: int = 0

    @property
    def root(self) -> EmulatorClients:
        """Its administrator."""
        return self.stack.aws

    @property
    def arena(self) -> Arena:
        """The stack as the fault suite's count takes it; its function has no points here."""
        orders = self.folder / "orders"
        function = Function(self.stack, orders, "")
        return Arena(self.stack, orders, function, patient=False, events=self.events)

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

    def served(self, prefix: str) -> list[str]:
        """The version of csv-processor that recorded each outcome, in the order of the uploads.

        What a reconciliation recorded is left out.
        """
        return [version for version, recorded in self.attempts(prefix) if recorded]

    def attempts(self, prefix: str) -> list[tuple[str, bool]]:
        """Of each attempt that csv-processor made, its version, and whether it was the last one."""
        with self.arena.superuser() as connection:
            rows = connection.run(
                "SELECT a.request_id, a.function_version,"
                " a.attempt = f.attempt AND f.status <> 'PROCESSING'"
                " FROM file_metadata f JOIN file_attempt a ON a.file_id = f.id"
                " WHERE starts_with(f.filename, :prefix) ORDER BY f.received_at, a.attempt",
                prefix=prefix,
            )
        versions = self.invocations()
        found = [each for each in rows if each[0] in versions]
        # What an attempt says of itself is what the function's log says of its invocation.
        assert all(by == f"csv-processor:{versions[request]}" for request, by, _ in found)
        return [(versions[request], last) for request, _, last in found]

    def kept_events(self) -> int:
        """How many events that failed for good are in the failure queue."""
        sqs: SQSClient = self.stack.client("sqs")
        url = sqs.get_queue_url(QueueName=PIPELINE["failure_queue"]["name"])["QueueUrl"]
        known = sqs.get_queue_attributes(
            QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"]
        )
        return int(known["Attributes"]["ApproximateNumberOfMessages"])

    def invocations(self) -> dict[str, str]:
        """The version that each invocation of csv-processor ran, by its request id."""
        logs = self.stack.client("logs")
        group = PIPELINE["functions"]["processor"]["log_group"]
        lines = CloudWatchFunctionLogs(logs, group, None).read(since_ms=0)
        starts = (_START.match(line.message) for line in lines)
        return {start[1]: start[2] for start in starts if start}


def open_account(folder: Path) -> Account:
    """Start emulator and database, deploy to them, and start what fills the emulator's gaps."""
    layout = Layout(folder / "state")
    layout.create()
    deployment = _FirstDeployment(folder)
    with exclusive(layout):
        Start(layout, deployment, lambda _step: None).run()
    stack = open_stack(layout)
    events = EventQueue(stack, "deployment-events")
    events.open()
    return Account(
        folder,
        stack,
        deployment.environment,
        deployment.planner,
        deployment.deployer,
        deployment.checkout,
        deployment.said,
        events,
    )


@dataclass
class _FirstDeployment:
    """What provisions this stack: the very steps of the deployment."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict, repr=False)
    said: dict[str, Result] = field(default_factory=dict)
    checkout: Checkout = field(init=False)
    planner: EmulatorClients = field(init=False)
    deployer: EmulatorClients = field(init=False)

    def __call__(
        self,
        aws: EmulatorClients,
        layout: Layout,
        master: Login,
        _progress: Callable[[str], None],
        /,
    ) -> dict[str, str]:
        self.environment = _environment(self.folder, aws, layout, master)
        self.checkout = Checkout.create(self.folder / "first", self.environment)
        self.said["bootstrap"] = self.checkout.must_make(aws, "bootstrap", ENV="local")
        self.planner = job(aws.endpoint_url, "rowledger-plan", sub=PULL_REQUEST)
        self.deployer = job(aws.endpoint_url, "rowledger-apply", sub=ENVIRONMENT)
        self.said["plan"] = self.checkout.must_make(
            self.planner, "package", "plan", ENV="local", RDS_CA="none"
        )
        self.said["apply"] = self.checkout.must_make(self.deployer, "apply", ENV="local")
        # As an address confirms its subscription: mails come from here on.
        outputs = json.loads((self.checkout.bundle / "outputs.json").read_text())
        relay.subscribe(aws, outputs["topic_arn"]["value"])
        self.said["deploy"] = self.checkout.must_make(self.deployer, "deploy", ENV="local")
        client: LambdaClient = aws.client("lambda")
        known = client.get_function_configuration(
            FunctionName=PIPELINE["functions"]["reconciler"]["name"]
        )
        return known["Environment"]["Variables"]


def _environment(
    folder: Path, aws: EmulatorClients, layout: Layout, master: Login
) -> dict[str, str]:
    """What a person exports before the commands, and nothing of this machine's that matters."""
    settings = folder / "terraform.rc"
    settings.write_text(find_terraform().settings(), encoding="utf-8")
    known = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ROWLEDGER_RECONCILE_GRACE_SECONDS", str(GRACE_SECONDS))
        given = environment_of(aws, layout, master)
    own = {
        "TF_CLI_CONFIG_FILE": str(settings),
        # The bootstrap asks a person before it changes anything.
        "TF_CLI_ARGS_apply": "-auto-approve -no-color",
        "TF_VAR_permissions_boundary": BOUNDARY,
        "AWS_DEFAULT_REGION": aws.region,
    }
    return blind(known) | given | own
