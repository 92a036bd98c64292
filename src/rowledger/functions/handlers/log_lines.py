"""How the functions log: one JSON object a line, whatever the names in it hold."""

import json
from typing import Any

from aws_lambda_powertools import Logger

from rowledger.functions.domain.text import escaped

# Of the metrics that the functions log.
NAMESPACE = "Rowledger"


def logger_of(service: str, level: str) -> Logger:
    return Logger(
        service=service, level=level, serialize_stacktrace=False, json_serializer=_serialized
    )


def _serialized(line: Any) -> str:  # noqa: ANN401 -- any log record
    # Logs are read in terminals, and cut into lines by programs that know more line ends than LF.
    return escaped(json.dumps(line, ensure_ascii=False, separators=(",", ":"), default=str))
