"""The local stack as the environment that commands work on."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rowledger.functions import contract
from rowledger.local import health
from rowledger.local.emulator_clients import ACCOUNT_ID, REGION
from rowledger.local.layout import Layout
from rowledger.local.processes import emulator
from rowledger.local.stack import Stack, open_stack
from rowledger.operations.ports.environment import Health, PipelineNames


@dataclass(frozen=True)
class LocalEnvironment:
    """Raises StackError where the stack does not run."""

    layout: Layout

    @property
    def name(self) -> str:
        return "local"

    @property
    def location(self) -> str:
        return str(self.layout.root)

    @property
    def is_local(self) -> bool:
        return True

    @property
    def names(self) -> PipelineNames:
        pipeline = contract.load("pipeline.json")
        functions = pipeline["functions"]
        return PipelineNames(
            input_bucket=pipeline["buckets"]["input"],
            output_bucket=pipeline["buckets"]["output"],
            backup_bucket=pipeline["buckets"]["backup"],
            processor=functions["processor"]["name"],
            reconciler=functions["reconciler"]["name"],
            administrator=functions["administrator"]["name"],
            ledger_reader=functions["ledger_reader"]["name"],
            ledger_operator=functions["ledger_operator"]["name"],
            alias=pipeline["alias"],
            log_groups={use: each["log_group"] for use, each in functions.items()},
            failure_queue=pipeline["failure_queue"]["name"],
            topic_arn=f"arn:aws:sns:{REGION}:{ACCOUNT_ID}:{pipeline['topic']}",
            alarms=tuple(pipeline["alarms"]),
            suffixes=tuple(pipeline["event_filter"]["suffixes"]),
        )

    def client(self, service: str, *, patient: bool = False) -> Any:  # noqa: ANN401 -- the caller's annotation narrows it
        return self._stack.aws.client(service, patient=patient)

    def identity(self) -> str:
        identity: str = self.client("sts").get_caller_identity()["Arn"]
        return identity

    def health(self) -> Health:
        return health.check(self.layout)

    @cached_property
    def _stack(self) -> Stack:
        # A command finds out by itself what else it needs, as on AWS: most can do something yet.
        return open_stack(self.layout, needs=(emulator.NAME,))
