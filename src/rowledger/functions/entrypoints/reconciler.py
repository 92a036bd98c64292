"""The Lambda function csv-reconciler. Built at import, so a missing setting stops its start."""

import os

from rowledger.functions.config import ReconcilerConfig, running_version
from rowledger.functions.handlers.reconciler import build_handler
from rowledger.functions.wiring.intake import RESERVE_SECONDS
from rowledger.functions.wiring.reconciler import build_reconciler
from rowledger.functions.wiring.shared import monotonic

_config = ReconcilerConfig.from_environment(os.environ)
_reconciler = build_reconciler(_config, function_version=running_version(os.environ))
handler = build_handler(
    _reconciler.reconciliation,
    _reconciler.facts,
    _reconciler.parts,
    _reconciler.windows,
    _config,
    reserve_seconds=RESERVE_SECONDS,
    monotonic=monotonic,
)
