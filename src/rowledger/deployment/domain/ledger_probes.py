"""What a rollout asks csv-ledger-reader and csv-ledger-operator, to see that they start and log in.

It changes nothing: a list is read, and a replay of no upload is no replay and is not recorded.
"""

from collections.abc import Iterator
from typing import Any

from rowledger.deployment.domain.rollout import Release, Target
from rowledger.functions.domain.envelope import read_answer
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.ledger_requests import LedgerRequest, ListPasses, Reopen
from rowledger.functions.domain.replay import ReplayRequest, ReplaySource

_WHO = "rowledger deploy"
_NO_REPLAY = ReplayRequest(
    by=_WHO, identity=_WHO, reason="a test of a new version", source=ReplaySource.DEAD_LETTERS
)


def ledger_probes(release: Release) -> Iterator[tuple[Target, LedgerRequest]]:
    """Yield the two functions, as far as the package has them, and what each is asked."""
    if release.ledger_reader:
        yield release.ledger_reader, ListPasses(limit=1)
    if release.ledger_operator:
        yield release.ledger_operator, Reopen(uploads=(), request=_NO_REPLAY)


def check_answer(target: Target, request: LedgerRequest, answer: Any) -> None:  # noqa: ANN401 -- any JSON
    """Raise FaultError (SMOKE_TEST) where this is no answer to the request."""
    try:
        read_answer(request.answer, answer)
    except ValueError as error:
        raise FaultError(
            FaultCode.SMOKE_TEST, f"{target} does not answer what it was asked: {error}"
        ) from error
