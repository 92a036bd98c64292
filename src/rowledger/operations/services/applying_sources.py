"""Puts sources into force in an environment, and compares them with those that are."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from rowledger.errors import CommandError
from rowledger.functions.domain.sources.versions import AppliedSources, SourcesChange
from rowledger.functions.domain.sources_requests import ShowSources, SourcesApplied
from rowledger.functions.ports.ledger_actions import LedgerActions
from rowledger.functions.ports.ledger_queries import LedgerQueries
from rowledger.operations.domain.sources_diff import SourceDifference, differences_of


@dataclass(frozen=True, slots=True)
class SourcesComparison:
    """in_force: None where nothing is. differences: none where the same sources are in force."""

    in_force: AppliedSources | None
    differences: list[SourceDifference]


@dataclass(frozen=True, slots=True)
class ApplyingSources:
    ledger: LedgerQueries
    actions: LedgerActions

    def compare(self, document: Mapping[str, Any]) -> SourcesComparison:
        """Compare a whole file of sources with those in force; raise FaultError."""
        in_force = self.ledger.show_sources(ShowSources())
        before = in_force.document if in_force else {}
        found = differences_of(before.get("sources", ()), document["sources"])
        of_calendars = differences_of(before.get("calendars", ()), document.get("calendars", ()))
        found += [replace(each, name=f"calendar {each.name}") for each in of_calendars]
        return SourcesComparison(in_force, found)

    def apply(self, change: SourcesChange) -> SourcesApplied:
        """Put sources into force.

        Raises:
            CommandError: they are more than one call takes.
            FaultError: the ledger cannot be asked; what is in force stays, or all of it is new.
        """
        try:
            change.check("sources")
        except ValueError as error:
            raise CommandError(str(error)) from error
        return self.actions.apply_sources(change)
