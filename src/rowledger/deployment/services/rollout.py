"""Rollouts: move the aliases to the versions of one package, prove them with a canary, or go back.

Only the aliases are put back. A migration stays, and works with the package before it.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rowledger.deployment.domain.canary import (
    CANARY_CONTENT,
    CanaryVerdict,
    SentCanary,
    canary_key,
    judge,
)
from rowledger.deployment.domain.ledger_probes import check_answer, ledger_probes
from rowledger.deployment.domain.rollout import (
    Choice,
    ReconcilerRun,
    Release,
    RolloutReport,
    Target,
)
from rowledger.deployment.ports.alarms import Alarms
from rowledger.deployment.ports.canary import Canary
from rowledger.deployment.ports.function_versions import FunctionVersions
from rowledger.deployment.services.aliases import AliasMoves
from rowledger.deployment.services.choices import chosen_release, list_choices
from rowledger.functions import contract
from rowledger.functions.domain.account import account_request
from rowledger.functions.domain.envelope import read_answer
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.ledger_requests import request_document
from rowledger.functions.domain.sources.versions import SourcesChange
from rowledger.functions.domain.sources_requests import ApplySources, SourcesApplied

# How often the alarm, and the canary's account, is asked for.
ALARM_SECONDS = 5.0
ACCOUNT_SECONDS = 1.0
# How many canaries are uploaded while the version before still gets them, and how far apart.
MAX_CANARIES = 4
CANARY_SECONDS = 5.0

_NO_VERSION_ID = "none"
# Every version of csv-reconciler takes it, also those that run at any event without an action.
_SCHEDULED = contract.load("pipeline.json")["functions"]["reconciler"]["schedule"]["input"]


@dataclass(frozen=True, slots=True)
class Rollout:
    """Puts versions into service.

    Args:
        alarm: The alarm that is watched while csv-processor is moved in steps.
        alarms_at_end: Those whose state a deployment ends with.
        on_progress: Called with a few words on what is being done.
        interruptible: Within it, and nowhere else, an interrupt ends what is being done.
    """

    functions: FunctionVersions
    canary: Canary
    alarms: Alarms
    alarm: str
    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    sleep: Callable[[float], None]
    on_progress: Callable[[str], None]
    interruptible: Callable[[], AbstractContextManager[None]] = nullcontext
    alarms_at_end: tuple[str, ...] = ()

    def deploy(
        self,
        release: Release,
        *,
        steps: Sequence[int],
        interval: float,
        timeout: float,
        sources: SourcesChange | None = None,
    ) -> RolloutReport:
        """Migrate, move the aliases, prove the versions; on any failure put the aliases back.

        Sources come last, so that the versions that judge by them are in service, and nothing has
        to be put back after them.

        Args:
            steps: Percentages of csv-processor's invocations.
            interval: Seconds that each step is watched.
            timeout: Seconds that the canary may take.
            sources: What is put into force; None for nothing.
        """
        report = RolloutReport(release)
        moves = AliasMoves(self.functions, release.alias)

        def act() -> None:
            self._prepare(report, moves, stepped=bool(steps))
            self._move(report, moves, steps, interval)
            self._prove(report, moves, timeout)
            if sources:
                report.sources = self._apply(release, sources)

        self._guarded(report, moves, act)
        self._look_at_alarms(report)
        return report

    def roll_back(self, release: Release, version: str, *, timeout: float) -> RolloutReport:
        """Move the aliases to another package and prove it; the aliases stay there if that fails.

        Args:
            release: Names the functions.
            version: csv-processor's.
            timeout: Seconds that the canary may take.
        """
        report = RolloutReport(release)
        moves = AliasMoves(self.functions, release.alias)

        def act() -> None:
            moves.read(release)
            report.release = chosen_release(self.functions, release, version)
            self._move(report, moves, (), 0)
            moves.keep()
            self._prove(report, moves, timeout)

        self._guarded(report, moves, act)
        return report

    def choices(self, release: Release) -> list[Choice]:
        """Return the versions that a rollback can name, the newest first; raise FaultError."""
        return list_choices(self.functions, release)

    def _guarded(self, report: RolloutReport, moves: AliasMoves, act: Callable[[], None]) -> None:
        try:
            act()
        except FaultError as fault:
            report.failure = str(fault)
            self._undo(report, moves)
        except KeyboardInterrupt:
            report.failure = "it was interrupted"
            self._undo(report, moves)
        except BaseException as error:
            self._undo(report, moves)
            for each in report.put_back:
                error.add_note(f"{each.function}:{moves.name}: {each.problem or 'put back'}")
            raise

    def _prepare(self, report: RolloutReport, moves: AliasMoves, *, stepped: bool) -> None:
        """Do what can fail before any alias is moved."""
        release = report.release
        moves.read(release)
        for target in release.targets:
            self.on_progress(f"waiting until {target} is active")
            with self.interruptible():
                self.functions.await_active(target)
        if stepped:
            self._check_alarm("before the first step")
        self.on_progress(f"migrating through {release.administrator}")
        report.migrated = self._ask(release.administrator, {"action": "migrate"})
        self.on_progress("starting the new versions")
        self._ask(release.processor, {"Records": []})
        key = canary_key(self.now(), release.processor.version)
        answer = self._ask(release.reconciler, account_request(key, _NO_VERSION_ID))
        if judge(answer, str(release.processor)).passed is False:
            raise FaultError(
                FaultCode.SMOKE_TEST, f"{release.reconciler} gives no account of an upload"
            )
        for target, request in ledger_probes(release):
            check_answer(target, request, self._ask(target, request_document(request)))

    def _move(
        self, report: RolloutReport, moves: AliasMoves, steps: Sequence[int], interval: float
    ) -> None:
        for move in moves.plan(report.release, steps):
            where = f"{move.function}:{moves.name} at {move.to}"
            self.on_progress(f"moving {where}")
            moves.move(move)
            report.moved.append(move)
            if move.partial:
                self._watch(f"with {where}", interval)

    def _watch(self, when: str, seconds: float) -> None:
        """Check the alarm until the time is up, and then once more."""
        until = self.monotonic() + seconds
        while True:
            left = until - self.monotonic()
            self._check_alarm(when)
            if left <= 0:
                return
            self._pause(min(left, ALARM_SECONDS))

    def _check_alarm(self, when: str) -> None:
        if self.alarms.in_alarm(self.alarm):
            raise FaultError(FaultCode.ALARM, f"the alarm {self.alarm} is on, {when}")

    def _look_at_alarms(self, report: RolloutReport) -> None:
        """Say which alarms are on: one that was on before anybody listened sends no mail."""
        try:
            report.alarms_on = self.alarms.which_are_on(self.alarms_at_end)
        except FaultError as fault:
            report.alarms_problem = str(fault)

    def _prove(self, report: RolloutReport, moves: AliasMoves, timeout: float) -> None:
        """Upload a canary and wait for its account.

        For a moment after a move an event may still reach the version before: a canary that went
        there proves nothing. If the alias points to the new version alone, another is uploaded.
        """
        release = report.release
        until = self.monotonic() + timeout
        for left in reversed(range(MAX_CANARIES)):
            canary = report.canary = self._upload_canary(release)
            verdict = report.verdict = self._awaited(report, canary, until)
            if verdict.passed:
                return
            if not (left and verdict.by_other and moves.points_to(release.processor)):
                after = f" after {timeout:g} s" if verdict.passed is None else ""
                raise FaultError(
                    FaultCode.SMOKE_TEST,
                    f"the canary {canary.key} failed{after}: {verdict.reason}",
                )
            self._pause(CANARY_SECONDS)

    def _apply(self, release: Release, sources: SourcesChange) -> SourcesApplied:
        operator = release.ledger_operator
        if operator is None:
            raise FaultError(FaultCode.CONFIGURATION, "no function can put sources into force")
        self.on_progress(f"putting sources into force through {operator}")
        request = ApplySources(change=sources)
        answer = self._ask(operator, request_document(request))
        check_answer(operator, request, answer)
        applied: SourcesApplied = read_answer(request.answer, answer)
        return applied

    def _upload_canary(self, release: Release) -> SentCanary:
        key = canary_key(self.now(), release.processor.version)
        self.on_progress(f"uploading the canary {key}")
        return SentCanary(key, self.canary.upload(key, CANARY_CONTENT))

    def _awaited(self, report: RolloutReport, canary: SentCanary, until: float) -> CanaryVerdict:
        """Ask for the canary's account until it decides, or until the time is up."""
        while True:
            # The last account is asked for when the time is up, or after it.
            late = self.monotonic() >= until
            verdict = report.verdict = self._verdict(report.release, canary)
            if verdict.passed is not None or late:
                return verdict
            self.on_progress(f"waiting for the canary: {verdict.reason}")
            self._pause(ACCOUNT_SECONDS)

    def _verdict(self, release: Release, canary: SentCanary) -> CanaryVerdict:
        event = account_request(canary.key, canary.version_id)
        try:
            return judge(self._ask(release.reconciler, event), str(release.processor))
        except FaultError as fault:
            # One invocation may meet a fault that the next does not.
            return CanaryVerdict(None, str(fault))

    def _undo(self, report: RolloutReport, moves: AliasMoves) -> None:
        self.on_progress("putting the aliases back")
        report.put_back = moves.put_back()
        if not report.put_back:
            return
        function = report.release.reconciler.function
        earlier = next(
            (each.origin.version for each in report.put_back if each.function == function),
            moves.aliases[function].position.version,
        )
        report.reconciler_run = self._reconcile(Target(function, earlier))

    def _reconcile(self, reconciler: Target) -> ReconcilerRun:
        """Let the version that is back in service repair what the other one left."""
        self.on_progress(f"reconciling with {reconciler}")
        try:
            self._ask(reconciler, _SCHEDULED)
        except FaultError as fault:
            return ReconcilerRun(reconciler, str(fault))
        except KeyboardInterrupt:
            return ReconcilerRun(reconciler, "it was not waited for: it may still be at work")
        return ReconcilerRun(reconciler, None)

    def _ask(self, target: Target, event: Any) -> Any:  # noqa: ANN401 -- any JSON
        with self.interruptible():
            return self.functions.invoke(target, event)

    def _pause(self, seconds: float) -> None:
        with self.interruptible():
            self.sleep(seconds)
