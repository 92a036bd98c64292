"""The software bill of materials of a release (CycloneDX), from what is really in the package.

The wheel holds rowledger alone; the package holds the functions' part of it, the libraries that
requirements/function.in asks for, with what they carry inside them, and the CA certificates. One
bill serves both. What the wheel itself asks for is in its own metadata: no asset of a release
carries it.
"""

import email.parser
import uuid
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.component_evidence import ComponentEvidence, Occurrence
from cyclonedx.model.license import DisjunctiveLicense, License
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from rowledger.deployment.release import ReleaseError
from rowledger.deployment.release.carried import Carried, carried_in

_LICENSES = LicenseFactory()
_LICENSE = "License :: "


@dataclass(frozen=True, slots=True)
class _Library:
    """A distribution.

    Args:
        needs: What it requires without any extra, by name.
    """

    component: Component
    needs: frozenset[NormalizedName]


def bill_of_materials(
    wheel: Path, package: Path, shipped: Path, digests: dict[str, str], made: datetime
) -> str:
    """Return the bill as JSON, the same for the same files.

    Args:
        shipped: The list of the libraries that the functions ask for, requirements/function.in.
        digests: The SHA-256 (hex) of wheel and package, and of the certificates if there are any,
            by the files' names.
        made: When the released commit was made.
    """
    described = _library(_metadata_of(wheel)[0]).component
    described.type = ComponentType.APPLICATION
    product = _Library(described, _needs(_lines(shipped)))
    libraries = {
        canonicalize_name(library.component.name): library
        for library in map(_library, _metadata_of(package))
    }
    for each in carried_in(package, libraries.keys()):
        carrier = libraries[each.carrier].component
        carrier.components.add(_carried(each, str(carrier.bom_ref)))
    bom = Bom(
        metadata=BomMetaData(component=product.component, timestamp=made),
        # The same files, the same number.
        serial_number=uuid.uuid5(uuid.NAMESPACE_OID, "\n".join(sorted(digests.values()))),
    )
    for library in (*libraries.values(), product):
        missing = library.needs - libraries.keys()
        if missing:
            raise ReleaseError(
                f"{library.component.name} needs {min(missing)}, which is not packed"
            )
        if library is not product:
            bom.components.add(library.component)
        bom.register_dependency(
            library.component, [libraries[name].component for name in sorted(library.needs)]
        )
    for name, sha256 in sorted(digests.items()):
        bom.components.add(_file(name, sha256))
    return JsonV1Dot6(bom).output_as_string(indent=2) + "\n"


def _metadata_of(archive: Path) -> list[Message]:
    """Read the metadata of each distribution in a wheel or in the package, sorted by file name."""
    with zipfile.ZipFile(archive) as opened:
        names = sorted(n for n in opened.namelist() if n.endswith(".dist-info/METADATA"))
        return [email.parser.BytesParser().parsebytes(opened.read(name)) for name in names]


def _library(metadata: Message) -> _Library:
    name, version = str(metadata["Name"]), str(metadata["Version"])
    purl = PackageURL("pypi", name=str(canonicalize_name(name)), version=version)
    component = Component(
        type=ComponentType.LIBRARY,
        name=name,
        version=version,
        bom_ref=purl.to_string(),
        purl=purl,
        description=metadata["Summary"],
        licenses=_licenses(metadata),
    )
    return _Library(component, _needs(metadata.get_all("Requires-Dist", [])))


def _carried(carried: Carried, carrier: str) -> Component:
    """A component within its carrier's; the same project may be carried twice, hence its name."""
    name = f"{carrier}#{carried.name}"
    purl = PackageURL.from_string(carried.purl) if carried.purl else None
    return Component(
        type=ComponentType(carried.type),
        name=carried.name,
        version=carried.version,
        bom_ref=name,
        purl=purl and PackageURL(purl.type, name=purl.name, version=carried.version),
        licenses=[_LICENSES.make_from_string(carried.licence)] if carried.licence else [],
        hashes=_sha256(carried.sha256) if carried.sha256 else [],
        # Without a name of their own they would be in any order.
        evidence=ComponentEvidence(
            occurrences=[
                Occurrence(location=file, bom_ref=f"{name}:{file}") for file in carried.files
            ]
        ),
        components=[_carried(each, name) for each in carried.inside],
    )


def _lines(requirements: Path) -> list[str]:
    lines = (line.partition("#")[0] for line in requirements.read_text("utf-8").splitlines())
    return [line for line in lines if line.strip()]


def _needs(lines: Iterable[str]) -> frozenset[NormalizedName]:
    return frozenset(
        canonicalize_name(each.name)
        for each in map(Requirement, lines)
        # What only an extra asks for is not packed.
        if each.marker is None or each.marker.evaluate({"extra": ""})
    )


def _licenses(metadata: Message) -> list[License]:
    """Return the licenses that the metadata names: SPDX, or else every name it has."""
    named = metadata["License-Expression"] or metadata["License"]
    licenses = [_LICENSES.make_from_string(named)] if named else []
    if not licenses or any(isinstance(each, DisjunctiveLicense) and each.name for each in licenses):
        classifiers = metadata.get_all("Classifier", [])
        names = [each.rpartition(" :: ")[2] for each in classifiers if each.startswith(_LICENSE)]
        licenses += [_LICENSES.make_with_name(name) for name in names if name != named]
    return licenses


def _file(name: str, sha256: str) -> Component:
    return Component(
        type=ComponentType.FILE,
        name=name,
        bom_ref=f"file:{name}",
        hashes=_sha256(sha256),
    )


def _sha256(digest: str) -> list[HashType]:
    return [HashType(alg=HashAlgorithm.SHA_256, content=digest)]
