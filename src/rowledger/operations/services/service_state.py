"""Asks how a pipeline is: what is in service, its alarms, its failure queue, and its ledger."""

from rowledger.functions.domain.faults import FaultError
from rowledger.functions.domain.ledger_requests import ListPasses
from rowledger.functions.ports.ledger_queries import LedgerQueries
from rowledger.operations.domain.service_state import ServiceState
from rowledger.operations.ports.environment import PipelineNames
from rowledger.operations.ports.service_state import ServiceStateSource

# Passes to look back for one that has finished.
_PASSES = 5


def ask_service_state(
    source: ServiceStateSource, ledger: LedgerQueries, names: PipelineNames
) -> ServiceState:
    """Raise FaultError where AWS does not say; a ledger that does not is part of the answer."""
    failed, held = source.failed_events(names.failure_queue)
    complete_through, problem = None, None
    try:
        passes = ledger.list_passes(ListPasses(limit=_PASSES))
        complete_through = next((p.complete_through for p in passes if p.ended_at), None)
    except FaultError as fault:
        problem = str(fault)
    return ServiceState(
        tuple(source.in_service(function, names.alias) for function in names.functions),
        source.alarms(names.alarms),
        failed,
        held,
        complete_through,
        problem,
    )
