"""Which versions of the functions belong together, and which a rollback can choose."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from rowledger.deployment.domain.rollout import (
    Choice,
    Release,
    Target,
    Version,
    version_with_same_code,
)
from rowledger.deployment.ports.function_versions import FunctionVersions
from rowledger.functions.domain.faults import FaultCode, FaultError


def list_choices(functions: FunctionVersions, release: Release) -> list[Choice]:
    """Return the versions that a rollback can name, the newest first; raise FaultError."""
    processor = release.processor.function
    alias = functions.alias(processor, release.alias)
    known = {each.function: functions.versions(each.function) for each in release.targets}
    newest_first = sorted(known.pop(processor), key=lambda each: int(each.number), reverse=True)
    return [
        Choice(version, _same_code_of(version, known), version.number == alias.position.version)
        for version in newest_first
    ]


def chosen_release(functions: FunctionVersions, release: Release, version: str) -> Release:
    """Return the release that a version of csv-processor belongs to; raise FaultError."""
    processor = release.processor.function
    known = functions.versions(processor)
    chosen = next((each for each in known if each.number == version), None)
    if chosen is None:
        listed = ", ".join(each.number for each in known)
        raise FaultError(
            FaultCode.NO_SUCH_VERSION, f"{processor} has no version {version}; it has {listed}"
        )

    def of_package(target: Target | None) -> Target | None:
        if target is None:
            return None
        found = version_with_same_code(chosen, functions.versions(target.function))
        return Target(target.function, found.number) if found else None

    def same_code(target: Target) -> Target:
        found = of_package(target)
        if found is None:
            raise FaultError(
                FaultCode.NO_SUCH_VERSION,
                f"{target.function} has no version of the package of {processor}:{chosen.number}",
            )
        return found

    return replace(
        release,
        processor=Target(processor, chosen.number),
        reconciler=same_code(release.reconciler),
        administrator=same_code(release.administrator),
        # What a package before them lacks stays where it is.
        ledger_reader=of_package(release.ledger_reader),
        ledger_operator=of_package(release.ledger_operator),
    )


def _same_code_of(version: Version, known: Mapping[str, Sequence[Version]]) -> dict[str, str]:
    found = {
        function: version_with_same_code(version, versions) for function, versions in known.items()
    }
    return {function: each.number for function, each in found.items() if each}
