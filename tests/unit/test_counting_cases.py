"""Each folder of csv_cases: input.csv, and in expected.json its count or its rejection.

names are those of the columns; warnings are [code, count, line, byte_offset].
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from rowledger.functions.domain.counting.counter import Counter
from rowledger.functions.domain.rejection import RejectedError

CASES = sorted(path.parent for path in Path(__file__).parent.glob("csv_cases/*/expected.json"))


@pytest.mark.parametrize("chunk_size", [1, 7, 1 << 20])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Path, chunk_size: int) -> None:
    expected = json.loads((case / "expected.json").read_text())
    assert observed((case / "input.csv").read_bytes(), expected["header"], chunk_size) == expected


def observed(data: bytes, header: bool, chunk_size: int) -> dict[str, Any]:  # noqa: FBT001 -- read from JSON
    counter = Counter(header=header)
    try:
        for start in range(0, len(data), chunk_size):
            counter.feed(data[start : start + chunk_size])
        count = counter.finish()
    except RejectedError as error:
        rejection = error.rejection
        return {
            "header": header,
            "error": rejection.code,
            "line": rejection.line,
            "byte_offset": rejection.byte_offset,
        }
    return {
        "header": header,
        "rows": count.rows,
        "columns": count.columns,
        "names": None if count.header is None else list(count.header),
        "dialect": asdict(count.dialect),
        "warnings": [
            [each.code.value, each.count, each.line, each.byte_offset] for each in count.warnings
        ],
    }
