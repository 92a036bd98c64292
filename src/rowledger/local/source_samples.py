"""Sample files of a source, each with what its source makes of it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rowledger.local.samples import Sample

DEMO_SOURCES = Path(__file__).with_name("demo_sources.yaml")
_OF_A_RUN = re.compile(r"demo-.*-\d{8}t\d{6}")
_USUAL_FILES, _USUAL_ROWS = 8, 20


def is_of_a_run(source: str) -> bool:
    """Say whether a source is one that a run of the demo applied."""
    return _OF_A_RUN.fullmatch(source) is not None


def sources_for_run(
    run: str,
    daily: str,
    demo: Sequence[dict[str, Any]],
    in_force: Sequence[dict[str, Any]],
) -> list[dict[str, Any]]:
    """Return the sources of a run of the demo, beside those in force that are no demo's.

    Each run has sources of its own: to those of an earlier run its files would be duplicates.

    run: names it, such as 20261127t114100. daily: the schedule of its expectations.
    """
    kept = [each for each in in_force if not is_of_a_run(each["name"])]
    return kept + [_of_run(run, daily, each) for each in demo]


def _of_run(run: str, daily: str, source: dict[str, Any]) -> dict[str, Any]:
    own = {**source, "name": f"{source['name']}-{run}", "prefix": f"{source['prefix']}{run}/"}
    if "expectations" in source:
        own["expectations"] = [{**each, "schedule": daily} for each in source["expectations"]]
    return own


def source_samples(prefix: str) -> tuple[Sample, ...]:
    """Return the samples of the source demo-orders, in their order.

    prefix: what its keys begin with.
    """
    days = range(1, _USUAL_FILES + 1)
    usual = tuple(
        Sample(f"{prefix}day-{n}.csv", "a usual file", _orders(n, _USUAL_ROWS), _USUAL_ROWS)
        for n in days
    )
    corrected = f"{prefix}counted.csv"
    return (
        *(_expecting(each) for each in usual),
        _expecting(
            Sample(f"{prefix}half.csv", "half the rows", _orders(20, 10), 10), "ROWS_UNUSUAL"
        ),
        _expecting(
            Sample(f"{prefix}again.csv", "the bytes of day-1 again", usual[0].content, _USUAL_ROWS),
            "DUPLICATE_CONTENT",
        ),
        _expecting(
            Sample(
                f"{prefix}semicolons.csv",
                "semicolons, where commas are told",
                _orders(21, _USUAL_ROWS).replace(b",", b";"),
                error="DIALECT_DIFFERS",
            )
        ),
        _expecting(
            Sample(
                corrected,
                "its sender tells 20 data rows, and there are 19",
                _orders(22, _USUAL_ROWS - 1),
                error="ROWS_DIFFER",
                metadata={"rows": str(_USUAL_ROWS)},
            )
        ),
        _expecting(
            Sample(
                corrected,
                "the same, corrected",
                _orders(22, _USUAL_ROWS),
                _USUAL_ROWS,
                metadata={"rows": str(_USUAL_ROWS)},
                corrects=True,
            )
        ),
        _expecting(
            Sample(
                f"{prefix}prices.csv",
                "a column more than the last one had",
                _orders(23, _USUAL_ROWS, price=True),
                _USUAL_ROWS,
            ),
            "COLUMNS_CHANGED",
        ),
    )


def _expecting(sample: Sample, *warnings: str) -> Sample:
    return replace(sample, warnings=warnings)


def _orders(day: int, rows: int, *, price: bool = False) -> bytes:
    """Make a file that no other day has."""
    head = "id,item,price" if price else "id,item"
    end = ",9.50" if price else ""
    lines = [f"{day}{n:03},item {n}{end}" for n in range(1, rows + 1)]
    return "\n".join((head, *lines, "")).encode()
