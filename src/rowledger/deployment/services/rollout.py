"""Deployments: the aliases moved to the versions of one package, proven with a canary, or put back.

Nothing is undone but the place of an alias: a migration stays, and suits the package before it.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from rowledger.deployment.domain.rollout import (
    CANARY,
    Choice,
    Mending,
    Release,
    Report,
    Sent,
    Target,
    Verdict,
    Version,
    canary_key,
    companion,
    judge,
)
from rowledger.deployment.ports.alarms import Alarms
from rowledger.deployment.ports.canary import Canary
from rowledger.deployment.ports.function_versions import Functions
from rowledger.deployment.services.aliases import Shift
from rowledger.functions.domain.errors import FaultCode, FaultError

# How often the alarm, and the canary's account, is asked for.
ALARM_SECONDS = 5.0
ACCOUNT_SECONDS = 1.0

_NO_VERSION_ID = "none"


@dataclass(frozen=True, slots=True)
class Deploy:
    """alarm: the one that is watched while csv-processor is moved in steps.

    interruptible: within it, and nowhere else, an interrupt ends what is being done.
    tell: is given a few words on what is being done.
    """

    functions: Functions
    canary: Canary
    alarms: Alarms
    alarm: str
    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    sleep: Callable[[float], None]
    tell: Callable[[str], None]
    interruptible: Callable[[], AbstractContextManager[None]] = nullcontext

    def deploy(
        self, release: Release, *, steps: Sequence[int], interval: float, timeout: float
    ) -> Report:
        """Migrate, move the aliases, prove it; where anything fails, put back what was moved.

        steps: percentages of csv-processor's invocations, each held for `interval` seconds.
        timeout: seconds that the canary may take.
        """
        report = Report(release)
        shift = Shift(self.functions, release.alias)

        def act() -> None:
            self._prepare(report, shift, stepped=bool(steps))
            self._move(report, shift, steps, interval)
            self._prove(report, timeout)

        self._guarded(report, shift, act)
        return report

    def roll_back(self, release: Release, version: str, *, timeout: float) -> Report:
        """Move the aliases to another package and prove it; what was moved then stays there.

        release: names the functions. version: csv-processor's.
        """
        report = Report(release)
        shift = Shift(self.functions, release.alias)

        def act() -> None:
            shift.read(release)
            report.release = self._chosen(release, version)
            self._move(report, shift, (), 0)
            shift.keep()
            self._prove(report, timeout)

        self._guarded(report, shift, act)
        return report

    def choices(self, release: Release) -> list[Choice]:
        """The versions that may be rolled back to, the newest first; raise FaultError."""
        processor = release.processor.function
        alias = self.functions.alias(processor, release.alias)
        known = {each.function: self.functions.versions(each.function) for each in release.targets}
        newest_first = sorted(known.pop(processor), key=lambda each: int(each.number), reverse=True)
        return [
            Choice(version, _others(version, known), version.number == alias.position.version)
            for version in newest_first
        ]

    def _guarded(self, report: Report, shift: Shift, act: Callable[[], None]) -> None:
        try:
            act()
        except FaultError as fault:
            report.failure = str(fault)
            self._undo(report, shift)
        except KeyboardInterrupt:
            report.failure = "it was interrupted"
            self._undo(report, shift)
        except BaseException as error:
            self._undo(report, shift)
            for each in report.put_back:
                error.add_note(f"{each.function}:{shift.name}: {each.trouble or 'put back'}")
            raise

    def _prepare(self, report: Report, shift: Shift, *, stepped: bool) -> None:
        """What can fail before any alias is moved."""
        release = report.release
        shift.read(release)
        for target in release.targets:
            self.tell(f"waiting until {target} is active")
            with self.interruptible():
                self.functions.await_active(target)
        if stepped:
            self._look_at_alarm("before the first step")
        self.tell(f"migrating through {release.administrator}")
        report.migrated = self._ask(release.administrator, {"action": "migrate"})
        self.tell("starting the new versions")
        self._ask(release.processor, {"Records": []})
        key = canary_key(self.now(), release.processor.version)
        answer = self._ask(release.reconciler, _account_of(Sent(key, _NO_VERSION_ID)))
        if judge(answer).passed is False:
            raise FaultError(
                FaultCode.SMOKE_TEST, f"{release.reconciler} gives no account of an upload"
            )

    def _move(self, report: Report, shift: Shift, steps: Sequence[int], interval: float) -> None:
        for move in shift.planned(report.release, steps):
            where = f"{move.function}:{shift.name} at {move.to}"
            self.tell(f"moving {where}")
            shift.move(move)
            report.moved.append(move)
            if move.partial:
                self._watch(f"with {where}", interval)

    def _watch(self, when: str, seconds: float) -> None:
        """Look at the alarm until the time is up, and then once more."""
        until = self.monotonic() + seconds
        while True:
            left = until - self.monotonic()
            self._look_at_alarm(when)
            if left <= 0:
                return
            self._pause(min(left, ALARM_SECONDS))

    def _look_at_alarm(self, when: str) -> None:
        if self.alarms.in_alarm(self.alarm):
            raise FaultError(FaultCode.ALARM, f"the alarm {self.alarm} is on, {when}")

    def _prove(self, report: Report, timeout: float) -> None:
        release = report.release
        key = canary_key(self.now(), release.processor.version)
        self.tell(f"uploading the canary {key}")
        report.canary = Sent(key, self.canary.upload(key, CANARY))
        until = self.monotonic() + timeout
        while True:
            # The last look comes when the time is up, or after it.
            late = self.monotonic() >= until
            verdict = report.verdict = self._verdict(release, report.canary)
            if verdict.passed:
                return
            if verdict.passed is False or late:
                after = f" after {timeout:g} s" if verdict.passed is None else ""
                raise FaultError(
                    FaultCode.SMOKE_TEST, f"the canary {key} failed{after}: {verdict.reason}"
                )
            self.tell(f"waiting for the canary: {verdict.reason}")
            self._pause(ACCOUNT_SECONDS)

    def _verdict(self, release: Release, canary: Sent) -> Verdict:
        try:
            return judge(self._ask(release.reconciler, _account_of(canary)))
        except FaultError as fault:
            # One invocation may meet a fault that is over at the next.
            return Verdict(None, str(fault))

    def _undo(self, report: Report, shift: Shift) -> None:
        self.tell("putting the aliases back")
        report.put_back = shift.put_back()
        if not report.put_back:
            return
        function = report.release.reconciler.function
        earlier = next(
            (each.origin.version for each in report.put_back if each.function == function),
            shift.standing[function].position.version,
        )
        report.mending = self._mend(Target(function, earlier))

    def _mend(self, reconciler: Target) -> Mending:
        self.tell(f"reconciling with {reconciler}")
        try:
            self._ask(reconciler, {})
        except FaultError as fault:
            return Mending(reconciler, str(fault))
        except KeyboardInterrupt:
            return Mending(reconciler, "it was not waited for: it may still be at work")
        return Mending(reconciler, None)

    def _chosen(self, release: Release, version: str) -> Release:
        """The release that a version of csv-processor belongs to."""
        processor = release.processor.function
        known = self.functions.versions(processor)
        chosen = next((each for each in known if each.number == version), None)
        if chosen is None:
            listed = ", ".join(each.number for each in known)
            raise FaultError(
                FaultCode.NO_SUCH_VERSION, f"{processor} has no version {version}; it has {listed}"
            )
        return replace(
            release,
            processor=Target(processor, chosen.number),
            reconciler=self._companion(release.reconciler.function, chosen, processor),
            administrator=self._companion(release.administrator.function, chosen, processor),
        )

    def _companion(self, function: str, version: Version, processor: str) -> Target:
        found = companion(version, self.functions.versions(function))
        if found is None:
            raise FaultError(
                FaultCode.NO_SUCH_VERSION,
                f"{function} has no version of the package of {processor}:{version.number}",
            )
        return Target(function, found.number)

    def _ask(self, target: Target, event: Any) -> Any:  # noqa: ANN401 -- any JSON
        with self.interruptible():
            return self.functions.invoke(target, event)

    def _pause(self, seconds: float) -> None:
        with self.interruptible():
            self.sleep(seconds)


def _others(version: Version, known: Mapping[str, Sequence[Version]]) -> dict[str, str]:
    found = {function: companion(version, versions) for function, versions in known.items()}
    return {function: each.number for function, each in found.items() if each}


def _account_of(canary: Sent) -> dict[str, str]:
    return {"action": "account", "key": canary.key, "version_id": canary.version_id}
