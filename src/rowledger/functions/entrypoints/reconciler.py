"""The Lambda function csv-reconciler. Built at import, so a missing setting stops its start."""

import os

from rowledger.functions.config import ReconcilerConfig
from rowledger.functions.handlers.reconciler import build_handler
from rowledger.functions.wiring import (
    bootstrap,
    bootstrap_reconciliation,
    open_ledger,
    open_reconciliation,
    stored_credentials,
)

_config = ReconcilerConfig.from_environment(os.environ)
_ledger = open_ledger(_config, stored_credentials(_config))
handler = build_handler(
    bootstrap_reconciliation(
        bootstrap(_config, ledger=_ledger), open_reconciliation(_ledger), _config
    ),
    _config,
)
