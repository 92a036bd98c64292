"""What the administrator does when it is invoked: a migration, a look at one, or a rotation's step.

{"action": "migrate"}, {"action": "status"}, or what Secrets Manager sends. Neither the answer nor a
log line nor an error holds a password.
"""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from rowledger.functions.config import AdministratorConfig
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.rotation import read_rotation_request
from rowledger.functions.handlers.log_lines import logger_of
from rowledger.functions.ports.administration import Changes
from rowledger.functions.services.administration import Administer
from rowledger.functions.services.rotation import Rotate

Answer = dict[str, Any]
Handler = Callable[[Any, LambdaContext], Answer | None]

SERVICE = "csv-administrator"


def build_handler(administer: Administer, rotate: Rotate, config: AdministratorConfig) -> Handler:
    """Build the Lambda handler over migrations and rotation."""
    logger = logger_of(SERVICE, config.log_level)

    @logger.inject_lambda_context(clear_state=True)
    def handler(event: Any, _context: LambdaContext) -> Answer | None:  # noqa: ANN401 -- somebody else's JSON
        try:
            return _act(administer, rotate, event, logger)
        except Exception as error:
            logger.exception("fault", fault=getattr(error, "code", FaultCode.INTERNAL))
            raise

    return handler


def _act(administer: Administer, rotate: Rotate, event: Any, logger: Logger) -> Answer | None:  # noqa: ANN401 -- as above
    match event:
        case {"action": "migrate"}:
            migrated = administer.migrate()
            answer = _document(migrated.changes) | {"logins": list(migrated.logins)}
            logger.info("migrated", **answer)
            return answer
        case {"action": "status"}:
            return _document(administer.status())
        case {"action": _}:
            raise FaultError(FaultCode.MALFORMED_EVENT, "the action is neither migrate nor status")
        case _:
            request = read_rotation_request(event)
            rotate.run(request)
            logger.info("rotated", step=request.step, version=request.token)
            return None


def _document(changes: Changes) -> Answer:
    return {"roles": list(changes.roles), "migrations": list(changes.migrations)}
