"""Wires what operators do: each service over the environment that it works on."""

from rowledger.functions import contract
from rowledger.functions.adapters.cron import CronSchedules
from rowledger.functions.ports.ledger_actions import LedgerActions
from rowledger.functions.ports.ledger_queries import LedgerQueries
from rowledger.functions.ports.schedules import Schedules
from rowledger.operations.adapters.aws.archive import S3Archive
from rowledger.operations.adapters.aws.dispatcher import LambdaDispatcher
from rowledger.operations.adapters.aws.failure_queue import SqsFailureQueue
from rowledger.operations.adapters.aws.function_logs import CloudWatchFunctionLogs
from rowledger.operations.adapters.aws.functions import AskedFunction
from rowledger.operations.adapters.aws.input_bucket import S3InputBucket
from rowledger.operations.adapters.aws.ledger import (
    LambdaLedgerActions,
    LambdaLedgerQueries,
    LambdaReconciler,
)
from rowledger.operations.adapters.aws.links import S3Links
from rowledger.operations.adapters.aws.objects import S3Objects
from rowledger.operations.adapters.aws.rights import LambdaRights
from rowledger.operations.adapters.aws.service_state import AwsServiceState
from rowledger.operations.adapters.aws.subscriptions import SnsSubscriptions
from rowledger.operations.adapters.aws.uploader import S3Uploader
from rowledger.operations.domain.service_state import ServiceState
from rowledger.operations.ports.archive import Archive
from rowledger.operations.ports.environment import Environment
from rowledger.operations.ports.function_logs import FunctionLogs
from rowledger.operations.ports.links import Links
from rowledger.operations.ports.objects import Objects
from rowledger.operations.ports.rights import Rights
from rowledger.operations.ports.uploader import Uploader
from rowledger.operations.services.applying_sources import ApplyingSources
from rowledger.operations.services.fetching import Fetching
from rowledger.operations.services.recipients import RecipientsService
from rowledger.operations.services.reconciling import Reconciling
from rowledger.operations.services.replay import Replay
from rowledger.operations.services.service_state import ask_service_state

# By what people are: reader, operator. An operator may all that a reader may.
_POLICIES: dict[str, str] = contract.load("pipeline.json")["people_policies"]
_READER, _OPERATOR = _POLICIES["reader"], _POLICIES["operator"]


def uploader(environment: Environment) -> Uploader:
    return S3Uploader(environment.client("s3"), environment.names.input_bucket, _OPERATOR)


def archive(environment: Environment) -> Archive:
    names = environment.names
    return S3Archive(environment.client("s3"), names.output_bucket, names.backup_bucket, _READER)


def function_logs(environment: Environment, function: str) -> FunctionLogs:
    """function: its section in contract/pipeline.json, such as processor."""
    return CloudWatchFunctionLogs(
        environment.client("logs"), environment.names.log_groups[function], _READER
    )


def service_state(environment: Environment) -> ServiceState:
    """Ask how the pipeline is; raise FaultError where AWS does not say."""
    source = AwsServiceState(
        environment.client("lambda"),
        environment.client("cloudwatch"),
        environment.client("sqs"),
        _READER,
    )
    return ask_service_state(source, ledger_queries(environment), environment.names)


def objects(environment: Environment) -> Objects:
    return S3Objects(environment.client("s3"), _READER)


def links(environment: Environment) -> Links:
    return S3Links(environment.client("s3"), _READER)


def rights(environment: Environment) -> Rights:
    """What the person may do, by the one function that operators alone may invoke."""
    function = environment.names.invoked(environment.names.ledger_operator)
    return LambdaRights(environment.client("lambda"), function)


def fetching(environment: Environment) -> Fetching:
    names = environment.names
    return Fetching(objects(environment), names.output_bucket, names.backup_bucket)


def ledger_queries(environment: Environment) -> LedgerQueries:
    """The ledger for whoever looks into it."""
    function = environment.names.invoked(environment.names.ledger_reader)
    # The one function that is asked again where an answer is lost: it only reads, within 30 s.
    return LambdaLedgerQueries(AskedFunction(environment.client("lambda"), function, _READER))


def ledger_actions(environment: Environment) -> LedgerActions:
    """The ledger for an operator."""
    function = environment.names.invoked(environment.names.ledger_operator)
    client = environment.client("lambda", patient=True)
    return LambdaLedgerActions(AskedFunction(client, function, _OPERATOR))


def schedules() -> Schedules:
    """When something is due."""
    return CronSchedules()


def applying_sources(environment: Environment) -> ApplyingSources:
    """Sources in force, and those to be."""
    return ApplyingSources(ledger_queries(environment), ledger_actions(environment))


def recipients_service(environment: Environment) -> RecipientsService:
    """Who is mailed about which source."""
    topic = environment.names.topic_arn
    return RecipientsService(SnsSubscriptions(environment.client("sns"), topic, _OPERATOR))


def replay_service(environment: Environment) -> Replay:
    names = environment.names
    return Replay(
        ledger=ledger_queries(environment),
        actions=ledger_actions(environment),
        failure_queue=SqsFailureQueue.named(
            environment.client("sqs"),
            names.failure_queue,
            reader_policy=_READER,
            operator_policy=_OPERATOR,
        ),
        dispatcher=LambdaDispatcher(
            environment.client("lambda"), names.invoked(names.processor), _OPERATOR
        ),
        input_bucket=S3InputBucket(environment.client("s3"), _READER),
        bucket=names.input_bucket,
        suffixes=names.suffixes,
    )


def reconciling(environment: Environment) -> Reconciling:
    """Reconciliation, which csv-reconciler does."""
    function = environment.names.invoked(environment.names.reconciler)
    client = environment.client("lambda", patient=True)
    return Reconciling(
        ledger_actions(environment), LambdaReconciler(AskedFunction(client, function, _OPERATOR))
    )
