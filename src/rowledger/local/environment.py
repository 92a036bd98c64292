"""The local stack as the environment that commands work on."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from rowledger.functions import contract
from rowledger.functions.adapters.fixed_credentials import FixedCredentials
from rowledger.functions.config import ReconcilerConfig
from rowledger.functions.ports.credentials import CredentialSource
from rowledger.local import health
from rowledger.local.layout import Layout
from rowledger.local.stack import Stack, open_stack
from rowledger.operations.ports.environment import DatabaseRole, Health, PipelineNames
from rowledger.operations.ports.ledger_queries import LedgerQueries

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

OpenLedger = Callable[[ReconcilerConfig, CredentialSource], AbstractContextManager[LedgerQueries]]
OpenSecret = Callable[["SecretsManagerClient", str], CredentialSource]


@dataclass(frozen=True)
class LocalEnvironment:
    """Raises StackError where the stack does not run.

    open_ledger: opens the ledger with somebody's credentials. open_secret: the credentials in a
    secret, by its name.
    """

    layout: Layout
    open_ledger: OpenLedger
    open_secret: OpenSecret

    @property
    def name(self) -> str:
        return "local"

    @property
    def location(self) -> str:
        return str(self.layout.root)

    @property
    def names(self) -> PipelineNames:
        pipeline = contract.load("pipeline.json")
        return PipelineNames(
            input_bucket=pipeline["buckets"]["input"],
            output_bucket=pipeline["buckets"]["output"],
            backup_bucket=pipeline["buckets"]["backup"],
            processor=pipeline["functions"]["processor"]["name"],
            processor_log_group=pipeline["functions"]["processor"]["log_group"],
            failure_queue=pipeline["failure_queue"]["name"],
            alarms=tuple(pipeline["alarms"]),
            suffixes=tuple(pipeline["event_filter"]["suffixes"]),
        )

    @property
    def config(self) -> ReconcilerConfig:
        return ReconcilerConfig.from_environment(self._stack.settings)

    def client(self, service: str) -> Any:  # noqa: ANN401 -- the caller's annotation narrows it
        return self._stack.client(service)

    def credentials(self, role: DatabaseRole) -> CredentialSource:
        match role:
            case DatabaseRole.READER:
                return FixedCredentials(self._stack.database.reader.credentials)
            case DatabaseRole.OPERATOR:
                return FixedCredentials(self._stack.database.operator.credentials)
            case DatabaseRole.FUNCTION:
                secret = contract.load("pipeline.json")["secret"]
                return self.open_secret(self.client("secretsmanager"), secret)

    def ledger(self) -> AbstractContextManager[LedgerQueries]:
        return self.open_ledger(self.config, self.credentials(DatabaseRole.READER))

    def health(self) -> Health:
        return health.check(self.layout)

    @cached_property
    def _stack(self) -> Stack:
        return open_stack(self.layout)
