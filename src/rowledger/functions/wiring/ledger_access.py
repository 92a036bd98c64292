"""Builds csv-ledger-reader and csv-ledger-operator: each logs in with its own database role."""

from collections.abc import Callable
from functools import partial

from rowledger.functions.adapters.postgres.ledger_actions import PostgresLedgerActions
from rowledger.functions.adapters.postgres.ledger_queries import PostgresLedgerQueries
from rowledger.functions.config import LedgerAccessConfig
from rowledger.functions.domain.ledger_requests import OperatorRequest, ReaderRequest
from rowledger.functions.services.ledger_access import OperatorAnswer, ReaderAnswer, act, look
from rowledger.functions.wiring.shared import open_database


def build_reader(config: LedgerAccessConfig) -> Callable[[ReaderRequest], ReaderAnswer]:
    """Build what csv-ledger-reader answers with."""
    return partial(look, PostgresLedgerQueries(open_database(config)))


def build_operator(config: LedgerAccessConfig) -> Callable[[OperatorRequest], OperatorAnswer]:
    """Build what csv-ledger-operator does."""
    return partial(act, PostgresLedgerActions(open_database(config)))
