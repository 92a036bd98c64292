"""A deployment puts the repository's sources into force last, and goes back where that fails."""

from typing import Any

from rowledger.functions.domain.envelope import answer_document
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.keys import CANARY_PREFIX
from rowledger.functions.domain.ledger_requests import OPERATOR_REQUESTS, Reopened, read_request
from rowledger.functions.domain.sources.choosing import choose
from rowledger.functions.domain.sources.chosen import Candidate
from rowledger.functions.domain.sources.versions import SourcesChange
from rowledger.functions.domain.sources_requests import SourcesApplied
from tests.unit.rollout_world import PROCESSOR
from tests.unit.test_rollout_ledger_functions import OPERATOR, WorldWithLedgerFunctions

SOURCES = SourcesChange("ada", {"version": 1, "sources": [{"name": "a", "prefix": ""}]})


class WorldWithSources(WorldWithLedgerFunctions):
    """answer: to what puts sources into force."""

    def __init__(self, answer: object) -> None:
        super().__init__("a", "b")
        self.answer = answer
        self.functions.answers[f"{OPERATOR}:2"] = self._operate
        self.applied: list[Any] = []

    def _operate(self, event: Any) -> Any:  # noqa: ANN401 -- JSON
        if event["ask"] != "apply_sources":
            return answer_document(Reopened(None))
        # By then every alias is at its new version, and proven.
        assert self.functions.aliases[PROCESSOR, "live"].position.version == "2"
        assert self.canary.uploads
        self.applied.append(read_request(event, OPERATOR_REQUESTS).change)
        if isinstance(self.answer, Exception):
            raise self.answer
        return answer_document(self.answer)


def test_sources_are_put_into_force_by_the_new_versions() -> None:
    world = WorldWithSources(SourcesApplied(3, changed=True))
    report = world.rollout.deploy(world.release, steps=(), interval=1, timeout=30, sources=SOURCES)
    assert report.failure is None
    assert report.sources == SourcesApplied(3, changed=True)
    assert world.applied == [SOURCES]


def test_without_sources_nothing_is_asked() -> None:
    world = WorldWithSources(SourcesApplied(3, changed=True))
    assert world.deploy().sources is None
    assert world.applied == []


def test_sources_that_are_refused_put_everything_back() -> None:
    world = WorldWithSources(FaultError(FaultCode.MALFORMED_EVENT, "no such source"))
    report = world.rollout.deploy(world.release, steps=(), interval=1, timeout=30, sources=SOURCES)
    assert report.failure is not None
    assert "no such source" in report.failure
    assert report.rolled_back
    assert world.functions.aliases[PROCESSOR, "live"].position.version == "1"


def test_a_canary_is_judged_by_no_source() -> None:
    candidates = [Candidate("a", 1, {"name": "a", "prefix": ""})]
    assert choose(f"{CANARY_PREFIX}1.csv", candidates) is None
    assert choose("1.csv", candidates) is not None
