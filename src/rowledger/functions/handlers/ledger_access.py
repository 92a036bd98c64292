"""What csv-ledger-reader and csv-ledger-operator do when they are invoked: one request, one answer.

IAM alone decides who may invoke them. What they are asked and what they answer is described in
domain/ledger_requests.py; the log says what was asked, not for whom, and not what the answer was.
"""

from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from rowledger.functions.config import LedgerAccessConfig
from rowledger.functions.domain.envelope import answer_document
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.ledger_requests import read_request
from rowledger.functions.handlers.log_lines import logger_of

Handler = Callable[[Any, LambdaContext], dict[str, Any]]


def build_handler(
    service: str,
    known: Mapping[str, type[Any]],
    answer: Callable[[Any], object],
    config: LedgerAccessConfig,
) -> Handler:
    """Build the Lambda handler.

    Args:
        service: the function's name, for its log.
        known: the requests that it answers, by name.
        answer: answers one of them.
        config: the function's settings.
    """
    logger = logger_of(service, config.log_level)

    @logger.inject_lambda_context(clear_state=True)
    def handler(event: Any, _context: LambdaContext) -> dict[str, Any]:  # noqa: ANN401 -- somebody else's JSON
        try:
            request = _read(event, known)
            answered = answer_document(answer(request))
        except Exception as error:
            logger.exception("fault", fault=getattr(error, "code", FaultCode.INTERNAL))
            raise
        logger.info("answered", request=type(request).__name__)
        return answered

    return handler


def _read(event: object, known: Mapping[str, type[Any]]) -> Any:  # noqa: ANN401 -- one of known
    try:
        return read_request(event, known)
    except ValueError as error:
        raise FaultError(FaultCode.MALFORMED_EVENT, str(error)) from error
