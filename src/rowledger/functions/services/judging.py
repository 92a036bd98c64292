"""Judges what was examined by the source of the file; a file without one is left as it is."""

from dataclasses import dataclass, replace

from rowledger.functions.domain.deadline import Deadline
from rowledger.functions.domain.dialect import Dialect
from rowledger.functions.domain.ledger import Claim
from rowledger.functions.domain.outcome import Counted, Outcome, Rejected
from rowledger.functions.domain.sources.chosen import ChosenSource, JudgedBy, UnreadableSource
from rowledger.functions.domain.sources.judgement import judge
from rowledger.functions.domain.upload import Upload
from rowledger.functions.domain.warning import FileWarning
from rowledger.functions.ports.ledger import Ledger
from rowledger.functions.services.examination import Examined

Chosen = ChosenSource | UnreadableSource | None


@dataclass(frozen=True, slots=True)
class Judged:
    """judged_by: None where the file has no source, or one that cannot be read."""

    outcome: Outcome
    judged_by: JudgedBy | None = None


@dataclass(frozen=True, slots=True)
class Judging:
    """One query to the ledger for a file with a source, and none without."""

    ledger: Ledger

    def judge(
        self, upload: Upload, claim: Claim, chosen: Chosen, examined: Examined, deadline: Deadline
    ) -> Judged:
        """Return what the file is by its source; raise FaultError.

        chosen: its source, by whose dialect it was examined.
        """
        outcome = examined.outcome
        match chosen:
            case ChosenSource(source, version) if isinstance(outcome, Counted | Rejected):
                deadline.check(before="looking up the source's earlier files")
                earlier = self.ledger.earlier_files(claim, source.name, outcome.content.sha256)
                found = judge(source, upload.key, outcome, earlier=earlier, word=examined.word)
                if found.rejection:
                    dialect = _dialect_of(outcome)
                    outcome = Rejected(found.rejection, dialect, outcome.content, found.warnings)
                elif isinstance(outcome, Counted):
                    outcome = _with_warnings(outcome, found.warnings)
                return Judged(
                    outcome, JudgedBy(source.name, version, claim.replay, earlier.same_key)
                )
            case UnreadableSource(warning=warning) if isinstance(outcome, Counted):
                return Judged(_with_warnings(outcome, (*outcome.count.warnings, warning)))
            case UnreadableSource(warning=warning) if isinstance(outcome, Rejected):
                return Judged(replace(outcome, warnings=(*outcome.warnings, warning)))
            case _:
                return Judged(outcome, judged_by_name(chosen, claim))


def judged_by_name(chosen: Chosen, claim: Claim) -> JudgedBy | None:
    """Return what is recorded of the source of a file that nothing was read of."""
    if isinstance(chosen, ChosenSource):
        return JudgedBy(chosen.source.name, chosen.version, claim.replay)
    return None


def _dialect_of(outcome: Counted | Rejected) -> Dialect | None:
    return outcome.count.dialect if isinstance(outcome, Counted) else outcome.dialect


def _with_warnings(outcome: Counted, warnings: tuple[FileWarning, ...]) -> Counted:
    return replace(outcome, count=replace(outcome.count, warnings=warnings))
