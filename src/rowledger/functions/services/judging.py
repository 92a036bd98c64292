"""Judges what was examined by the source of the file; a file without one is left as it is.

What judges is loaded for the first file that has a source: most cold starts have none to pay for.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rowledger.functions.domain.deadline import Deadline
from rowledger.functions.domain.ledger import Claim
from rowledger.functions.domain.outcome import Counted, Outcome, Rejected
from rowledger.functions.domain.sources.chosen import JudgedBy
from rowledger.functions.domain.upload import Upload
from rowledger.functions.domain.warning import FileWarning
from rowledger.functions.ports.ledger import Ledger
from rowledger.functions.services.examination import Examined

if TYPE_CHECKING:
    from rowledger.functions.domain.sources.choosing import ChosenSource
    from rowledger.functions.domain.sources.source import Source


@dataclass(frozen=True, slots=True)
class FileSource:
    """The source of one file.

    chosen: None where there is none, or it cannot be read. warning: that it cannot.
    """

    chosen: "ChosenSource | None" = None
    warning: FileWarning | None = None

    @property
    def source(self) -> "Source | None":
        """What tells of the dialect."""
        return self.chosen.source if self.chosen else None


@dataclass(frozen=True, slots=True)
class Judged:
    """judged_by: None where the file has no source, or one that cannot be read."""

    outcome: Outcome
    judged_by: JudgedBy | None = None


@dataclass(frozen=True, slots=True)
class Judging:
    """One query to the ledger for a file with a source, and none without."""

    ledger: Ledger

    def source_of(self, upload: Upload, claim: Claim) -> FileSource:
        """Choose the source of a file among those that its claim came with."""
        if not claim.candidates:
            return FileSource()
        from rowledger.functions.domain.sources.choosing import (  # noqa: PLC0415 -- see above
            UnreadableSource,
            choose,
        )

        match choose(upload.key, claim.candidates):
            case UnreadableSource(warning=warning):
                return FileSource(warning=warning)
            case chosen:
                return FileSource(chosen)

    def judge(
        self, upload: Upload, claim: Claim, of: FileSource, examined: Examined, deadline: Deadline
    ) -> Judged:
        """Return what the file is by its source; raise FaultError.

        of: its source, by whose dialect it was examined.
        """
        outcome = examined.outcome
        if not isinstance(outcome, Counted | Rejected) or (of.chosen is None and not of.warning):
            return self.unread(outcome, claim, of)
        if of.chosen is None:
            warning = (of.warning,) if of.warning else ()
            return Judged(_with_warnings(outcome, (*_warnings_of(outcome), *warning)))
        from rowledger.functions.domain.sources.judgement import (  # noqa: PLC0415 -- see above
            judge,
        )
        from rowledger.functions.domain.sources.sender_word import (  # noqa: PLC0415 -- see above
            SenderWord,
        )

        source = of.chosen.source
        deadline.check(before="looking up the source's earlier files")
        earlier = self.ledger.earlier_files(claim, source.name, outcome.content.sha256)
        word = SenderWord.read(examined.metadata)
        found = judge(source, upload.key, outcome, earlier=earlier, word=word)
        if found.rejection:
            dialect = outcome.count.dialect if isinstance(outcome, Counted) else outcome.dialect
            outcome = Rejected(found.rejection, dialect, outcome.content, found.warnings)
        else:
            outcome = _with_warnings(outcome, found.warnings)
        by = JudgedBy(source.name, of.chosen.version, claim.replay, earlier.same_key)
        return Judged(outcome, by)

    def unread(self, outcome: Outcome, claim: Claim, of: FileSource) -> Judged:
        """Return what is recorded of a file of which nothing is to be judged."""
        if of.chosen is None:
            return Judged(outcome)
        return Judged(
            outcome, JudgedBy(of.chosen.source.name, of.chosen.version, replay=claim.replay)
        )


def _warnings_of(outcome: Counted | Rejected) -> tuple[FileWarning, ...]:
    return outcome.count.warnings if isinstance(outcome, Counted) else outcome.warnings


def _with_warnings(
    outcome: Counted | Rejected, warnings: tuple[FileWarning, ...]
) -> Counted | Rejected:
    if isinstance(outcome, Counted):
        return replace(outcome, count=replace(outcome.count, warnings=warnings))
    return replace(outcome, warnings=warnings)
