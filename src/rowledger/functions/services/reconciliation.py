"""Reconciliation: every upload in the input bucket compared with ledger, receipts and backups.

Facts are gathered (facts.py), a pure plan says what repairs them (domain/reconciliation.py), and
the plan is applied (repairs.py); a dry run is the same without applying. A pass walks all versions
of the bucket in pages, then the rows that the walk left open. A run is as much of a pass as its
limits allow: it saves how far it came after each page, and the next run goes on from there.

One thing stops a run before its pass has ended: FaultError (TIME_UP), which the deadline and the
limits raise, and which nothing but run() and preview() ends in.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rowledger.functions.domain.deadline import Deadline
from rowledger.functions.domain.event import ignored_key
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.reconciliation import (
    RepairPlan,
    RepairResult,
    not_applied,
    plan_repairs,
)
from rowledger.functions.domain.reconciliation_pass import (
    Cursor,
    Pass,
    complete_through,
    looks_for_old_backups,
)
from rowledger.functions.domain.upload import Upload
from rowledger.functions.ports.inventory import Inventory, Page
from rowledger.functions.ports.reconciliation import ReconciliationStore
from rowledger.functions.services.facts import FactGatherer
from rowledger.functions.services.repairs import Repairer

# S3 lists no more at once (Amazon S3 API reference, ListObjectVersions).
MAX_PAGE = 1000


def _nothing() -> None:
    """Save nothing after a page."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may do.

    seconds: until it ends by itself. pages, repairs: at most so many pages, uploads to repair.
    repair_seconds: for one upload; it must end before the lease of its claim does.
    """

    seconds: float = math.inf
    pages: float = math.inf
    repairs: float = math.inf
    repair_seconds: float = math.inf
    page_size: int = MAX_PAGE


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Compares and repairs.

    bucket: the input bucket. suffixes: the endings of names that the pipeline takes.
    grace: how long an upload without an outcome is left to its event and the retries of that.
    now: the wall clock, UTC. monotonic: seconds.
    request_id: of the request on record that a pass is run for; None for the schedule.
    """

    store: ReconciliationStore
    inventory: Inventory
    facts: FactGatherer
    repairer: Repairer
    bucket: str
    suffixes: tuple[str, ...]
    grace: timedelta
    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    request_id: int | None = None

    def run(self, request_id: str, limits: Limits) -> Pass:
        """Go on with the open pass, or begin one; return it as far as it came.

        Args:
            request_id: names this run in the ledger, as an invocation's id does.
            limits: what it may do.

        Raises:
            FaultError: where the run cannot go on; what it saved stays.
        """
        current = self.store.open_pass(self.request_id)
        run = self._begin(current, limits, request_id)
        self._work(run, after_page=lambda: self.store.save_pass(current))
        current.repaired_in_run = run.repairs
        self.store.save_pass(current)
        return current

    def preview(self, limits: Limits, so_far: Pass | None = None) -> Pass:
        """Walk the bucket and apply nothing; what needs repair is listed as a problem.

        so_far: what the last call returned, to go on from there; None to begin.
        """
        current = so_far or Pass(0, self.now())
        self._work(self._begin(current, limits, None))
        return current

    def complete_through_age(self) -> timedelta | None:
        """How old the claim of the latest finished pass is; None where none has finished."""
        claimed = self.store.complete_through()
        return None if claimed is None else max(self.now() - claimed, timedelta(0))

    def _begin(self, current: Pass, limits: Limits, request_id: str | None) -> "_Run":
        return _Run(
            inventory=self.inventory,
            facts=self.facts,
            repairer=self.repairer,
            bucket=self.bucket,
            suffixes=self.suffixes,
            grace=self.grace,
            current=current,
            limits=limits,
            deadline=Deadline(self.monotonic() + limits.seconds, self.monotonic),
            request_id=request_id,
            began_at=(current.cursor, current.swept),
            old_backups=looks_for_old_backups(
                current.began_at, self.store.previous_pass_began(current.id)
            ),
        )

    def _work(self, run: "_Run", after_page: Callable[[], None] = _nothing) -> None:
        """Work on the pass until it ends, or until the run has to stop."""
        current = run.current
        try:
            while current.swept is None:
                run.walk_page()
                after_page()
            while run.sweep_page(current.swept):
                after_page()
        except FaultError as fault:
            if fault.code is not FaultCode.TIME_UP:
                raise
            return
        current.ended_at = self.now()
        current.complete_through = complete_through(
            current, self.store.oldest_unfinished(self.bucket)
        )


@dataclass(slots=True, kw_only=True)
class _Run:
    """One run over one pass.

    request_id: None where nothing is applied.
    began_at: the pass's cursor and last swept row when this run began.
    old_backups: whether the backups of old uploads are looked for.
    repairs: how many uploads it repaired or tried to.
    unrepaired: those that it could not repair, by key and version id.
    """

    inventory: Inventory
    facts: FactGatherer
    repairer: Repairer
    bucket: str
    suffixes: tuple[str, ...]
    grace: timedelta
    current: Pass
    limits: Limits
    deadline: Deadline
    request_id: str | None
    began_at: tuple[Cursor, int | None]
    old_backups: bool
    repairs: int = 0
    pages: int = 0
    unrepaired: set[tuple[str, str]] = field(default_factory=set)

    def walk_page(self) -> None:
        """Compare the next page of the bucket's listing; raise FaultError (TIME_UP)."""
        if self.pages >= self.limits.pages:
            raise FaultError(FaultCode.TIME_UP, "this run may list no more pages")
        self.deadline.check(before="listing a page")
        self.pages += 1
        current = self.current
        page = self.inventory.list_versions(
            self.bucket, current.cursor, limit=self.limits.page_size
        )
        taken = [each for each in page.uploads if not self._ignores(each)]
        try:
            for facts in self.facts.of_listed(taken, self.deadline, old_backups=self.old_backups):
                plan = plan_repairs(facts, self.grace)
                result = self._apply(plan)
                current.totals.add_verdict(result.verdict, plan.recorded)
                current.cursor = Cursor(plan.upload.key, plan.upload.version_id)
        except FaultError:
            self._receive(page.uploads[: _passed(page, current.cursor)])
            raise
        self._receive(page.uploads)
        if page.after is None:
            current.swept = 0
        else:
            current.cursor = page.after

    def sweep_page(self, after: int) -> bool:
        """Repair a page of rows that nobody is at work on; return False behind the last.

        It comes after the walk, which has repaired those that the bucket has the version of, or
        tried to: few or none are left. It goes on by their ids, so that none hides another for
        ever.
        """
        self.deadline.check(before="looking for rows that nobody is at work on")
        found = self.facts.of_stranded(after, self.limits.page_size)
        for facts in found:
            if not self._was_decided(facts.upload):
                self._apply(plan_repairs(facts, self.grace))
            if facts.row:
                self.current.swept = facts.row.id
        return bool(found)

    def _apply(self, plan: RepairPlan) -> RepairResult:
        """Apply a plan, or not where this is a dry run, and count what came of it."""
        if plan.problem:
            self.current.totals.add_problem(plan.upload, plan.problem)
        if not plan.repairs or self.request_id is None:
            result = not_applied(plan)
        else:
            result = self._repair(plan, self.request_id)
        self.current.totals.add_repairs(plan, result)
        if result.problems:
            self.unrepaired.add((plan.upload.key, plan.upload.version_id))
        return result

    def _repair(self, plan: RepairPlan, request_id: str) -> RepairResult:
        if self.repairs >= self.limits.repairs:
            raise FaultError(FaultCode.TIME_UP, "this run may repair no more uploads")
        self.deadline.check(before="repairing an upload")
        seconds = min(self.limits.repair_seconds, self.deadline.left())
        self.repairs += 1
        try:
            return self.repairer.apply(plan, request_id, seconds=seconds)
        except FaultError as fault:
            if fault.code is not FaultCode.TIME_UP:
                raise
            # The next run has more time for it, unless it had all that a run can give: it would
            # then be met again for ever, and nothing behind it be seen.
            is_first = (self.current.cursor, self.current.swept) == self.began_at
            if seconds < self.limits.repair_seconds and not is_first:
                raise
            problem = f"{plan.repairs[0].kind.problem}: {fault}"
            return RepairResult(plan.verdict, problems=[problem])

    def _was_decided(self, upload: Upload) -> bool:
        """Whether the walk met this upload and left it as it is."""
        if self.request_id is None:
            # A dry run leaves everything, and meets all that the bucket has a version of.
            return self.inventory.has_version(upload)
        return self._failed(upload)

    def _failed(self, upload: Upload) -> bool:
        """Whether this upload could not be repaired, as far as this run or the list knows."""
        identity = (upload.key, upload.version_id)
        return identity in self.unrepaired or self.current.totals.lists_problem_of(upload)

    def _receive(self, passed: list[Upload]) -> None:
        """Count what the listing gave, apart from the decisions; see Totals."""
        ignored = sum(map(self._ignores, passed))
        self.current.totals.ignored += ignored
        self.current.totals.received += len(passed) - ignored

    def _ignores(self, upload: Upload) -> bool:
        return ignored_key(upload.key, self.suffixes) is not None


def _passed(page: Page, cursor: Cursor) -> int:
    """How many versions of a page the cursor has passed."""
    versions = [Cursor(each.key, each.version_id) for each in page.uploads]
    return versions.index(cursor) + 1 if cursor in versions else 0
