"""docs/sources.md has the schema's keys, every code, and an example that is right."""

import re

from rowledger.functions.adapters.cron import CronSchedules
from rowledger.functions.domain.rejection import RejectionCode
from rowledger.functions.domain.warning import OF_SOURCES
from rowledger.operations.adapters.yaml_documents import read_yaml
from rowledger.operations.services.source_files import sources_in
from tests.unit.schema_reference import PAGE, page_with_reference

TEXT = PAGE.read_text(encoding="utf-8")


def test_the_reference_is_what_the_schema_says() -> None:
    # If not: .venv/bin/python -m tests.unit.schema_reference
    assert page_with_reference(TEXT) == TEXT


def test_every_code_is_explained() -> None:
    codes = {*OF_SOURCES, RejectionCode.DIALECT_DIFFERS, RejectionCode.NAME_FORBIDDEN}
    rows = "".join(line for line in TEXT.splitlines() if line.startswith("| `"))
    assert [code for code in codes if f"`{code}`" not in rows] == []


def test_the_examples_are_files_of_sources() -> None:
    examples = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    assert examples
    for each in examples:
        assert len(sources_in(each.encode(), read_yaml, CronSchedules()).sources) > 0
