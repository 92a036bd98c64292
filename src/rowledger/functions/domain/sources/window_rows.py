"""What the ledger keeps of expectations and of their windows."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from rowledger.functions.domain.sources.evaluation import WindowState
from rowledger.functions.domain.sources.expectation import Expectation
from rowledger.functions.domain.sources.source import Source, name_fits
from rowledger.functions.domain.sources.windows import Window


@dataclass(frozen=True, slots=True)
class ExpectationRow:
    """An expectation as it stood for some time.

    prefix, match: whose files, as its source has it; None for every name. document: as sources.yaml
    has it. free_days: in ISO 8601. until: None while it is in force.
    """

    id: int
    source: str
    name: str
    prefix: str
    match: tuple[str, ...] | None
    document: dict[str, Any]
    free_days: tuple[str, ...]
    sources_version: int
    since: datetime
    until: datetime | None

    def read(self) -> tuple[Expectation, frozenset[date]]:
        """Read the expectation and its free days; raise ValueError where they cannot be."""
        told = {"name": self.source, "prefix": self.prefix, "expectations": [self.document]}
        (expectation,) = Source.read(told, f"the source {self.source}").expectations
        return expectation, frozenset(map(date.fromisoformat, self.free_days))

    def is_for(self, key: str) -> bool:
        """Whether a file with this key may be one of the source's."""
        return key.startswith(self.prefix) and (self.match is None or name_fits(key, self.match))


@dataclass(frozen=True, slots=True)
class EvaluatedWindow:
    """A window that has its evaluation.

    complete: whether nothing that was needed was lacking then. completed_late: whether what was
    lacking came after all.
    """

    id: int
    window: Window
    state: WindowState
    complete: bool
    completed_late: bool

    @property
    def is_lacking(self) -> bool:
        return not self.state.as_expected and not self.completed_late
