"""The Lambda function csv-ledger-operator. Built at import: a missing setting stops its start."""

import os

from rowledger.functions.config import LedgerAccessConfig
from rowledger.functions.domain.ledger_requests import OPERATOR_REQUESTS
from rowledger.functions.handlers.ledger_access import build_handler
from rowledger.functions.wiring.ledger_access import build_operator

_config = LedgerAccessConfig.from_environment(os.environ)
handler = build_handler("csv-ledger-operator", OPERATOR_REQUESTS, build_operator(_config), _config)
