"""Wires the console to the environment that it shows."""

from dataclasses import is_dataclass, replace
from functools import cache, partial
from typing import Any, cast

from rowledger.console.pipeline import Connection, OpenPipeline
from rowledger.operations.ports.environment import Environment
from rowledger.wiring import operations


def connection_to(environment: Environment) -> Connection:
    """A connection that opens the environment anew whenever it failed: it may have moved since."""
    return Connection(partial(_opened, environment))


def _opened(environment: Environment) -> OpenPipeline:
    # A copy has none of what the environment found out: a stack that was started again has other
    # addresses, and somebody who logged in again other credentials.
    fresh = environment
    if is_dataclass(environment):
        fresh = cast("Environment", replace(cast("Any", environment)))
    return OpenPipeline(
        names=fresh.names,
        ledger=operations.ledger_queries(fresh),
        archive=operations.archive(fresh),
        objects=operations.objects(fresh),
        fetching=operations.fetching(fresh),
        links=operations.links(fresh),
        # Asked once: it changes rarely, and what may not be done is refused by AWS anyway.
        may_act=cache(operations.rights(fresh).may_act),
        replay=operations.replay_service(fresh),
        uploader=operations.uploader(fresh),
        schedules=operations.schedules(),
        change_incident=operations.ledger_actions(fresh).change_incident,
        service_state=partial(operations.service_state, fresh),
        identity=cache(fresh.identity),
    )
